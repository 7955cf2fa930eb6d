// Lists of what strangers sent in: forms and calls may hold long texts, and no
// limit of a page makes a list that cannot be read.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { apiOf, hex } from '../support/api.mjs';
import { startStack } from '../support/stack.mjs';
import { addCompanies } from '../support/two_companies.mjs';

const FORMS = 1100, TEXT = 60000;
let stack, world, key, api;
before(async () => {
	stack = await startStack({ without: ['dni', 'sipworker', 'jobd'], args: ['--web-rate', '100000'] });
	const made = apiOf(stack);
	api = made.api;
	world = addCompanies(stack);
	key = made.addKey(world.alpha);
	const id = "UNHEX(CONCAT('01930000', LPAD(HEX(n.seq), 8, '0'), '8000000000000000'))";
	stack.sql(`INSERT INTO interaction (company_id, id, kind, happened_at) SELECT ${hex(world.alpha.id)}, ${id}, 'form', UTC_TIMESTAMP(6) FROM seq_1_to_${FORMS} n;
		INSERT INTO form_entry (company_id, id, site_id, visit_id, submitted_at, form_name, fields) SELECT ${hex(world.alpha.id)}, ${id}, REPEAT(CHAR(0), 16), REPEAT(CHAR(0), 16), UTC_TIMESTAMP(6), CONCAT('f', n.seq),
		CONCAT('[["note","', REPEAT('x', ${TEXT}), '"]]') FROM seq_1_to_${FORMS} n;`);
});
after(() => stack?.stop());

test('every form is told once, page by page, however long they are', async () => {
	for (const limit of [999, 7]) {
		const seen = new Set();
		let cursor = '', pages = 0;
		do {
			const { status, json, text } = await api(key, `/forms?limit=${limit}&fields=form_name,fields_json${cursor && `&cursor=${cursor}`}`);
			assert.equal(status, 200, text.slice(0, 200));
			assert.ok(text.length < (8 << 20) && json.data.length <= limit && json.data.length > 0);
			for (const form of json.data) {
				assert.ok(!seen.has(form.id));
				seen.add(form.id);
			}
			cursor = json.next_cursor;
		} while (cursor !== null && ++pages < (limit === 7 ? 20 : 100));
		if (limit === 999) assert.ok(seen.size >= FORMS, `${seen.size}`);
	}
	// Short ones come as many at a time as was asked for.
	assert.equal((await api(key, '/forms?limit=999&fields=form_name')).json.data.length, 999);
});

test('nothing of this was our mistake', () => {
	assert.doesNotMatch(stack.log('api'), /status=5\d\d/);
});
