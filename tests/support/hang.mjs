// hang.mjs - a test program that starts a product and never ends: what is to
// be left of it when it is killed (tests/e2e/crash.test.mjs).
import { test } from 'node:test';
import { startStack } from './stack.mjs';

test('hangs', async () => {
	const stack = await startStack({ without: ['sipworker', 'jobd', 'api', 'admin', 'dni'] });
	console.log(`# stack ${stack.pid} ${stack.dir}`);
	await new Promise((r) => stack.child.once('exit', r));
});
