// Every operation of the OpenAPI document with requests that are made from it by
// chance, most of them valid: each answer is one of the document's, what was
// written is what is read, and of two who change one thing both are kept.
// RT_API_SEED makes others, RT_API_EACH more of each operation.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { addOneOfEach, apiOf, operations } from '../support/api.mjs';
import { Requests } from '../support/api_random.mjs';
import { startStack } from '../support/stack.mjs';
import { addCompanies } from '../support/two_companies.mjs';

const EACH = Number(process.env.RT_API_EACH ?? 5), SEED = Number(process.env.RT_API_SEED ?? 20261130);
let stack, world, api, addKey, key, asked = 0;

before(async () => {
	stack = await startStack({ without: ['dni', 'sipworker', 'jobd', 'admin', 'dashboard'], args: ['--web-rate', '100000'] });
	({ api, addKey } = apiOf(stack));
	world = addCompanies(stack);
	addOneOfEach(stack, world);
	mkdirSync(join(stack.dir, 'recordings/alpha'), { recursive: true });
	writeFileSync(join(stack.dir, 'recordings/alpha/call.wav'), 'RIFF-audio');
	assert.equal((await ask('/trunks', { method: 'POST', body: { name: 'Carrier', allow: ['192.0.2.0/24'], next_hop: 'sip.carrier.example' } })).status, 201);
	assert.equal((await ask(plain(`/sites/${world.alpha.siteId}`), { method: 'PATCH', body: { origins: ['https://www.example.com'], targets: ['+14155550146'] } })).status, 200);
});
after(() => stack?.stop());

/** One has so many requests a minute. */
async function ask(path, request) {
	if (asked++ % 200 === 0) key = addKey(world.alpha, undefined, { company: null });
	return api(key, path, request);
}
const plain = (path) => `${path.split('?')[0]}?company_id=${world.alpha.companyId}`;

/** What is refused says so as a problem, at a place that is in the body. */
function assertProblem(res, what, body) {
	assert.match(res.headers.get('content-type') ?? '', /^application\/problem\+json/, what);
	assert.equal(res.json.status, res.status, what);
	assert.notEqual(res.json.title, '', what);
	for (const { pointer } of res.json.errors ?? []) {
		if (!pointer) continue;
		let at = body;
		for (const part of pointer.split('/').slice(1, -1)) at = at?.[part.replaceAll('~1', '/').replaceAll('~0', '~')];
		assert.equal(typeof at, 'object', `${what}: ${pointer} is nowhere`);
	}
}

/** Sets have no order, a time has many forms. */
const plainly = (v) => JSON.stringify(Array.isArray(v) ? [...new Set(v)].sort() : /^\d{4}-.*Z$/.test(v) ? Date.parse(v) : v);
/** What was written is what is answered; but for answers that count, days of a
 *  company that are told as times, and sets that the same body changed twice. */
function assertWritten(what, body, got) {
	if (/^POST .(spend|reruns|numbers.import)/.test(what)) return;
	// A version's number is answered beside that of the newest, which is another after a roll-back.
	if (/^POST .flows.\w+.publish\b/.test(what)) return assert.equal(got.published_version, body.version, `${what}: published_version`);
	for (const [name, value] of Object.entries(body))
		if (value !== null && name in got && !(`add_${name}` in body || `remove_${name}` in body || (name === 'numbers' && /^num_/.test(value[0]))))
			assert.equal(plainly(got[name]), plainly(value), `${what}: ${name}`);
}
/** Requests that know everything that the lists have and is not put away. */
async function learned() {
	const requests = new Requests(SEED, world.alpha.companyId);
	for (const [m, p, op] of operations())
		if (m === 'GET' && !p.includes('{id}')) requests.learn(p, (await ask(`${plain(p)}${op.parameters?.some((q) => q.name === 'active') ? '&active=true' : ''}`, {})).text);
	return requests;
}

test('null is taken where the document allows it, and nowhere else', async () => {
	const requests = await learned(), wrong = [];
	for (const [method, template, op] of operations().filter(([m]) => m === 'PATCH')) {
		const { path } = requests.make(method, template, op);
		for (const [name, schema] of requests.members(op)) {
			if (name === 'pcma') continue; // one of the two is needed, and pcmu has just gone
			const allowed = [schema.type, schema.enum].flat().some((v) => v === 'null' || v === null);
			const res = await ask(plain(path), { method, body: { [name]: null } });
			if (res.status !== (allowed ? 200 : 422)) wrong.push(`${path} ${name}: ${allowed ? 'may' : 'may not'}, but ${res.status} ${res.text}`);
		}
	}
	assert.deepEqual(wrong, []);
});

test('requests by chance: each answer is in the document, most are taken', async () => {
	const requests = await learned(), all = operations(), refused = [];
	let taken = 0;
	for (let round = 0; round < EACH; round++)
		for (const [method, template, op] of all) {
			if (method === 'DELETE' && (round < EACH - 1 || template === '/companies/{id}')) continue; // without it nothing is there
			const { path, body, headers, fair } = requests.make(method, template, op), what = `${method} ${path} ${JSON.stringify(body)?.slice(0, 300)}`;
			let etag;
			if (op.parameters?.some((q) => q.name === 'If-Match')) {
				etag = (await ask(plain(path), {})).headers.get('etag');
				if (etag && (template.endsWith('/draft') || round % 2)) headers['if-match'] = etag;
			}
			const res = await ask(path, { method, body, headers });
			assert.ok(res.status < 500, `${what}: ${res.status} ${res.text}`);
			if (template !== '/status' && template !== '/openapi.json')
				for (const h of ['limit', 'remaining', 'reset']) assert.match(res.headers.get(`ratelimit-${h}`) ?? '', /^\d+$/, what);
			if (res.status >= 400) {
				refused.push(`${fair} ${res.status} ${what}`);
				assertProblem(res, what, body);
				continue;
			}
			taken++;
			requests.learn(path, res.text);
			if (body && res.json && fair) assertWritten(what, body, res.json);
			if (res.status === 204) requests.forget(path.split(/[/?]/)[2]);
		}
	assert.ok(taken > 0.6 * (taken + refused.length), `${taken} were taken, not ${refused.length}:\n${refused.join('\n')}`);
});

test('two who change different members of one thing at once: both are kept, or one is told', async () => {
	const requests = await learned();
	let both = 0;
	for (const [method, template, op] of operations().filter(([m]) => m === 'PATCH')) {
		const { path } = requests.make(method, template, op), halves = requests.halves(op);
		const answers = await Promise.all(halves.map((body) => ask(plain(path), { method, body })));
		const now = (await ask(plain(path), {})).json;
		both += answers.every((r) => r.status === 200) ? 1 : 0;
		for (const [i, { status, json }] of answers.entries())
			for (const name of Object.keys(halves[i])) if (status === 200 && name in now) assert.deepEqual(now[name], json[name], `${path} ${name}`);
	}
	assert.ok(both > 5, `${both}`);
});
