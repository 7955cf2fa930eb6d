// Lists of what strangers sent in: forms and calls may hold long texts, and no
// limit of a page makes a list that cannot be read.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { apiOf, hex } from '../support/api.mjs';
import { startStack } from '../support/stack.mjs';
import { addCompanies, insert, text, typeId, uuid7 } from '../support/two_companies.mjs';

const FORMS = 1100, TEXT = 60000;
let stack, world, key, api, addKey;
before(async () => {
	stack = await startStack({ without: ['dni', 'sipworker', 'jobd'], args: ['--web-rate', '100000'] });
	const made = apiOf(stack);
	({ api, addKey } = made);
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

/** The lists that rows are put into: path, table, column of the name, that of
 *  the time, and what a row needs besides (n: its number). */
const LISTS = [
	['/tags', 'tag', 'name', 'created_at', () => ({})],
	['/locations', 'location', 'name', 'created_at', () => ({ time_zone: "'UTC'" })],
	['/destinations', 'destination', 'name', 'created_at', () => ({ target: "'+14155550190'" })],
	['/flows', 'flow', 'name', 'created_at', (n) => ({ active_name: `'flow ${n}'` })],
	['/numbers', 'number', 'e164', 'added_at', (n) => ({ active_e164: `'+1415${5000000 + n}'`, label: "'x'", kind: "'local'", country: "'US'", place: "''" })],
	['/users', 'user', 'name', 'created_at', (n) => ({ email: `'walk${n}@x.example'`, password_hash: "''" })],
];
/** Names of which several are one to a list that is sorted by people's rules:
 *  capitals, accents, blanks behind, signs that weigh nothing. */
const NAMES = ['Berg', 'berg', 'BERG ', 'bérg', 'Straße', 'strasse', 'Zoë', 'zoe', 'a', 'B', 'ß', 'ss', '\u{1f4de}', '東京', '%', '_', "O'Neil", '0'];

test('lists while others write: who was there all along is told once, in each order', async () => {
	let state = Number(process.env.RT_API_SEED ?? 20261130), n = 0;
	const dice = (k) => ((state = (Math.imul(state, 1103515245) + 12345) >>> 0) >>> 8) % k;
	for (const [path, table, column, time, more] of LISTS) {
		const rows = new Map(); // id of the list, as key in hexadecimal
		const scope = table === 'user' ? { account_id: hex(world.alpha.account) } : { company_id: hex(world.alpha.id) };
		const nameOf = (k) => text(table === 'tag' ? `${NAMES[dice(NAMES.length)]}${k}` : table === 'number' ? `+1415${5000000 + k}` : NAMES[dice(NAMES.length)]);
		const sqlOf = (key, k) => insert(table, { ...scope, id: hex(key), [column]: nameOf(k), [time]: `'2026-11-0${1 + dice(4)} 00:00:00'`, ...more(k) })
			+ (table === 'user' ? insert('membership', { user_id: hex(key), account_id: hex(world.alpha.account), company_id: hex(world.alpha.id), role: "'agent'", created_at: 'UTC_TIMESTAMP(6)' }) : '');
		// Keys of any age: some come before the place of a page, some behind.
		const make = (kept) => {
			const key = uuid7(1700000000000 + dice(1 << 30)), id = typeId({ tag: 'tag', location: 'loc', destination: 'dst', flow: 'flo', number: 'num', user: 'usr' }[table], key);
			rows.set(id, { key, kept });
			return sqlOf(key, ++n);
		};
		stack.sql(Array.from({ length: 45 }, (_, i) => make(i % 3 !== 0)).join('\n'));
		const churn = () => {
			const others = [...rows].filter(([, r]) => !r.kept);
			const one = () => others.splice(dice(others.length), 1)[0];
			const [gone, gone2] = [one(), one()].map(([id, r]) => (rows.delete(id), r.key)), [renamed, moved] = [one(), one()].map(([, r]) => r.key);
			stack.sql(`${table === 'user' ? `DELETE FROM membership WHERE user_id IN (${hex(gone)}, ${hex(gone2)});` : ''}DELETE FROM ${table} WHERE id IN (${hex(gone)}, ${hex(gone2)});
				${table === 'number' ? '' : `UPDATE ${table} SET ${column} = ${nameOf(++n)} WHERE id = ${hex(renamed)};`}
				UPDATE ${table} SET ${time} = '2026-11-0${1 + dice(4)} 12:00:00' WHERE id = ${hex(moved)};${make(false)}${make(false)}`);
		};
		for (const by of ['id', table === 'number' ? 'number' : 'name', time])
			for (const sort of [by, `-${by}`]) {
				const walk = addKey(world.alpha), seen = new Map();
				let cursor = '', pages = 0;
				do {
					const { status, json, text: said } = await api(walk, `${path}?limit=11&fields=id&sort=${sort}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
					assert.equal(status, 200, said.slice(0, 200));
					for (const { id } of json.data) seen.set(id, (seen.get(id) ?? 0) + 1);
					cursor = json.next_cursor;
					churn();
				} while (cursor !== null && ++pages < 60);
				assert.equal(cursor, null, `${path} ${sort} has an end`);
				assert.deepEqual([...rows].filter(([id, r]) => r.kept && seen.get(id) !== 1).map(([id]) => [id, seen.get(id) ?? 0]), [], `${path} sort=${sort}`);
			}
	}
});

test('nothing of this was our mistake', () => {
	assert.doesNotMatch(stack.log('api'), /status=5\d\d/);
});
