// parse.mjs FILE... - says which scripts node cannot read; all in one process, as
// `node --check` takes only one. Needs --experimental-vm-modules.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { SourceTextModule } from 'node:vm';

for (const file of process.argv.slice(2)) {
	try {
		new SourceTextModule(readFileSync(file, 'utf8').replace(/^#!.*/, ''));
	} catch {
		// It says where.
		spawnSync(process.execPath, ['--check', file], { stdio: 'inherit' });
		process.exitCode = 1;
	}
}
