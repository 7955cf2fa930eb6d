// What a visitor may notice of the tag, by the very pages that `make bench-tag`
// measures (bench/tag_seen.mjs): no page waits for it, and nothing moves.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { addr } from '../support/stack.mjs';
import { openBrowser } from '../support/browser.mjs';
import { openSeen } from '../../bench/tag_seen.mjs';

let browser, seen;
before(async () => {
	browser = await openBrowser();
	seen = await openSeen(browser, addr);
});
after(async () => {
	seen?.close();
	await browser?.close();
});

test('a page is painted before the tag is there, and waits for none of its files', async () => {
	const { files, blocking } = await seen.blocking();
	assert.ok(files >= 3, `${files} files`); // t.js, the module for visits, and for frames
	assert.equal(blocking, 0);
});

test('a number with as many digits moves nothing, however late it comes', async () => {
	assert.equal(await seen.shift('same', 'first'), 0);
});

// Without the stub it does: what stands beside it on its line makes room (docs/TAG.md).
for (const length of ['longer', 'shorter'])
	test(`a ${length} number moves nothing on a next page that has the stub`, async () => {
		assert.equal(await seen.shift(length, 'stub'), 0);
		assert.ok(await seen.shift(length, 'first') < 0.01, 'less than a tenth of what a page may move');
	});
