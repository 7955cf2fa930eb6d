// hold.mjs - somebody else who is in the middle of a transaction.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { until } from './stack.mjs';

/** Runs a locking SELECT and keeps its rows; the function that lets them go. */
export async function hold(stack, select) {
	const at = spawn('mariadb', ['--no-defaults', '-S', join(stack.dir, 'run/my.sock'), '-u', stack.user, '-N', '-B', '-n', 'ringtrace'], { stdio: ['pipe', 'pipe', 'inherit'] });
	let said = '';
	at.stdout.setEncoding('utf8').on('data', (d) => (said += d));
	at.stdin.write(`START TRANSACTION;\n${select};\nSELECT 'held';\n`);
	await until('the rows are held', () => said.includes('held'));
	return () => at.kill('SIGKILL');
}
