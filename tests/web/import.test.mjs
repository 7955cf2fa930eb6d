// Numbers from a CSV file: looked at line by line, then all or none.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { decode } from '../support/forms.mjs';
import { startStack } from '../support/stack.mjs';
import { fingerprint } from '../support/two_companies.mjs';

const path = '/settings/numbers/import';
let stack, me, csrf;

before(async () => {
	stack = await startStack({ without: ['dni', 'jobd', 'sipworker'], args: ['--web-rate', '100000'] });
	me = await stack.login();
	csrf = (await me.hiddenFields(path)).csrf;
});
after(() => stack?.stop());

const post = (body) => me.fetch(path, { method: 'POST', headers: { origin: stack.url }, body });
const paste = (csv, apply) => post(new URLSearchParams({ csrf, csv, ...(apply ? { apply: '1' } : {}) }));
const upload = (bytes, name = 'numbers.csv') => {
	const form = new FormData();
	form.set('csrf', csrf);
	form.set('file', new Blob([bytes], { type: 'text/csv' }), name);
	return post(form);
};
const words = (html) => [...html.matchAll(/<tr><td(?: id="line-\d+")?>(\d+)<\/td>[\s\S]*?<td>(?:<strong class="form-error">([^<]*)<\/strong>|is added)<\/td><\/tr>/g)].map(([, n, wrong]) => [Number(n), wrong ?? 'added']);

const good = '\ufeffNumber;Label;Flow;Pool;Record\r\n(415) 555-0161;"Leaflet; spring";main LINE;;notice\r\n\'+14155550162;<b>Bold</b>;;Web visits;\r\n';

test('a good file: shown, then done, with a line of the audit log each', async () => {
	const mark = fingerprint(stack);
	const look = await upload(good);
	assert.equal(look.status, 200);
	const html = await look.text();
	assert.deepEqual(words(html), [[2, 'added'], [3, 'added']]);
	assert.ok(!html.includes('<b>Bold'));
	assert.equal(fingerprint(stack), mark, 'looking changes nothing');
	const csv = decode(html.match(/name="csv" value="([^"]*)"/)[1]);
	const res = await paste(csv, true);
	assert.equal(res.status, 303);
	assert.deepEqual(stack.sql("SELECT n.e164, n.label, n.record, f.name, p.name FROM number n LEFT JOIN flow f ON f.id = n.flow_id LEFT JOIN pool_number m ON m.number_id = n.id LEFT JOIN pool p ON p.id = m.pool_id WHERE n.e164 IN ('+14155550161', '+14155550162') ORDER BY 1"),
		[['+14155550161', 'Leaflet; spring', 'notice', 'Main line', null], ['+14155550162', '<b>Bold</b>', 'off', null, 'Web visits']]);
	assert.equal(stack.sqlOne("SELECT COUNT(*) FROM audit WHERE action = 'number.add'"), '2');
	assert.deepEqual(words(await (await paste(csv)).text()).map(([, w]) => w), ['This number is in use already.', 'This number is in use already.']);
});

test('wrong lines say what is wrong, and nothing is done', async () => {
	const mark = fingerprint(stack);
	const res = await paste('label,number,record,pool,destination\nA,+14155550163,notice,,\nB,operator,,,\nC,+14155550163,,,\nD,+14155550164,loud,,\nE,+14155550165,silent,,\n'
		+ 'F,+14155550166,,No such pool,\nG,,,,\nH,+14155550101,,,\n' + `${'I'.repeat(101)},+14155550167,,,\n`, true);
	assert.equal(res.status, 422);
	const html = await res.text();
	assert.deepEqual(words(html).map(([n, w]) => [n, w.replace(/&.*;/, '')]), [[2, 'added'], [3, 'This is not a telephone number of the company’s country, United States. Others are written with theirs in front, like +49 30 901820.'], [4, 'The file has this number twice.'],
		[5, 'Choose one.'], [6, 'added'], [7, 'Choose one.'], [8, 'This is not a telephone number.'], [9, 'This number is in use already.'], [10, 'At most 100 characters.']]);
	assert.equal(fingerprint(stack), mark);
	assert.deepEqual([...html.matchAll(/href="#(line-\d+)">/g)].map(([, id]) => [id, html.includes(`<td id="${id}">`)]), [3, 4, 5, 7, 8, 9, 10].map((n) => [`line-${n}`, true]), 'a way to each of them');
	// Silent recording needs a reason, which a file cannot give: refused when it is done, and all of it.
	const silent = await paste('number,record\n+14155550168,off\n+14155550165,silent\n', true);
	assert.equal(silent.status, 422);
	assert.match(await silent.text(), /Say why/);
	assert.equal(fingerprint(stack), mark, 'all or none');
});

test('a table as spreadsheets write it in two bytes a letter', async () => {
	for (const swap of [false, true]) {
		const bytes = Buffer.from('\ufeffnumber\tlabel\r\n+14155550169\tCafé 😀\r\n', 'utf16le');
		const res = await upload(swap ? bytes.swap16() : bytes);
		assert.equal(res.status, 200);
		assert.match(await res.text(), /Café 😀/);
	}
});

test('what is no such file', async () => {
	const mark = fingerprint(stack);
	for (const [csv, says] of [['', /nothing in it/], ['a,b\n1,2\n', /must name the columns/], ['number\n', /no line with a number/], ['number\n"+1415', /does not end/],
		[`number\n${'+14155550169\n'.repeat(1001)}`, /at most 1000 lines/], [`number\n"${'x'.repeat(20000)}"\n`, /too\s+long/]]) {
		const res = await paste(csv, true);
		assert.equal(res.status, 422, csv.slice(0, 20));
		assert.match(await res.text(), says);
	}
	// A zip, a table in a spreadsheet's own code page, half of UTF-16: said in words, with the form.
	for (const bytes of [Buffer.from([0x50, 0x4b, 3, 4, 0, 0]), Buffer.from('number,label\n+14155550169,Caf\xe9\n', 'latin1'), Buffer.from('number\n', 'utf16le')]) {
		const res = await upload(bytes);
		assert.equal(res.status, 422);
		assert.match(await res.text(), /Save it as “CSV UTF-8”/);
	}
	// Quotes and umlauts cost most in a form; a file of nearly the limit still comes through.
	const large = await paste(`number,label\n${Array.from({ length: 900 }, (_, i) => `+1415555${String(2000 + i)},"${'ü""'.repeat(30)}"`).join('\n')}`);
	assert.equal(large.status, 200);
	const big = await upload(Buffer.alloc((1 << 20) + 1, 'x')).catch(() => ({ status: 413 }));
	assert.equal(big.status, 413);
	// A bomb: a thousand parts, a part without an end, a huge header.
	for (const [parts, status] of [['--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'.repeat(1000) + '--x--', [400, 413]], ['--x\r\nContent-Disposition: form-data; name="file"; filename="../../x"\r\n\r\n', [400]],
		[`--x\r\nX: ${'y'.repeat(100000)}\r\n\r\n1\r\n--x--`, [400, 413]]]) {
		const res = await me.fetch(path, { method: 'POST', headers: { origin: stack.url, 'content-type': 'multipart/form-data; boundary=x', 'x-csrf-token': csrf }, body: parts });
		assert.ok(status.includes(res.status), String(res.status));
	}
	assert.equal(fingerprint(stack), mark);
	assert.doesNotMatch(stack.log('admin'), /status=5\d\d/);
});

test('a flow and a place are named, however many there are', async () => {
	const company = "(SELECT company_id FROM flow WHERE name = 'Main line' LIMIT 1)";
	const id = (t) => `UNHEX(CONCAT('019300${t}', LPAD(HEX(n.seq), 8, '0'), '8000000000000000'))`;
	stack.sql(`INSERT INTO location (company_id, id, name, time_zone, created_at) SELECT ${company}, ${id('b1')}, CONCAT('Branch ', LPAD(n.seq, 3, '0')), 'UTC', UTC_TIMESTAMP(6) FROM seq_1_to_230 n`);
	const res = await paste('number,location\n+14155550171,branch 229\n+14155550172,Branch 229\n+14155550173,Branch 001\n+14155550174,Branch 999\n');
	assert.deepEqual(words(await res.text()).map(([, w]) => w), ['added', 'added', 'added', 'Choose one.']);
});
