// Requests to the JSON endpoints whose answers are checked against the OpenAPI
// document, and keys to make them with.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { uuid7 } from './two_companies.mjs';

export const spec = JSON.parse(readFileSync('static/openapi.json', 'utf8'));
export const scopes = ['calls:read', 'calls:write', 'recordings:read', 'reports:read', 'export:read', 'forms:read', 'forms:write', 'spend:write',
	'setup:read', 'setup:write', 'users:read', 'users:write', 'companies:write', 'webhooks:read', 'webhooks:write'];
/** The rule that calls are credited by now. */
export const rule = Number(readFileSync('lib/core/attrib.h', 'utf8').match(/#define ATTRIB_RULE_VERSION +(\d+)/)[1]);
export const hex = (key) => `X'${key.toString('hex')}'`;

/** The operations of the document: [method, template, operation]. */
export const operations = () => Object.entries(spec.paths).flatMap(([path, ops]) => Object.entries(ops).map(([m, op]) => [m.toUpperCase(), path, op]));

/** The operation of the document that a path is, and its template; one without
 * a placeholder there goes first. */
function operation(method, path) {
	const parts = path.split('?')[0].split('/');
	const fits = Object.entries(spec.paths).filter(([template, ops]) => {
		const t = template.split('/');
		return ops[method] && t.length === parts.length && t.every((p, i) => p === parts[i] || p.startsWith('{'));
	}).sort(([a], [b]) => a.split('{').length - b.split('{').length);
	return fits.length > 0 ? [fits[0][0], fits[0][1][method]] : [];
}

/** A row of everything that lists have, of company alpha, beside what addCompanies() made. */
export function addOneOfEach(stack, world) {
	const a = world.alpha;
	stack.sql(`INSERT INTO outcome (company_id, code, name, is_lead, is_sale, is_spam, position) VALUES (${hex(a.id)}, 'sold', 'Sold', 1, 1, 0, 1);
		INSERT INTO tracker (company_id, id, number_id, name, source, medium, created_at) VALUES (${hex(a.id)}, ${hex(uuid7())}, ${hex(a.number)},
		't', 'flyer', 'offline', UTC_TIMESTAMP(6));
		INSERT IGNORE INTO pool (company_id, id, name, created_at) VALUES (${hex(a.id)}, ${hex(a.pool)}, 'web', UTC_TIMESTAMP(6));
		INSERT INTO flow (company_id, id, name, created_at) VALUES (${hex(a.id)}, ${hex(uuid7())}, 'f', UTC_TIMESTAMP(6));
		INSERT INTO tag (company_id, id, name, created_at) VALUES (${hex(a.id)}, ${hex(uuid7())}, 'vip', UTC_TIMESTAMP(6));
		INSERT INTO interaction (company_id, id, kind, happened_at, visit_id) VALUES (${hex(a.id)}, ${hex(uuid7())}, 'form', UTC_TIMESTAMP(6),
		${hex(a.visit)});
		INSERT INTO location (company_id, id, name, time_zone, created_at) VALUES (${hex(a.id)}, ${hex(uuid7())}, 'l', 'UTC', UTC_TIMESTAMP(6));
		INSERT INTO destination (company_id, id, name, target, created_at) VALUES (${hex(a.id)}, ${hex(uuid7())}, 'd', '+14155550190', UTC_TIMESTAMP(6));
		INSERT INTO caller_list (company_id, name, created_at) VALUES (${hex(a.id)}, 'blocked', UTC_TIMESTAMP(6));
		INSERT INTO webhook (company_id, id, name, url, secret_sealed, events, created_at) VALUES (${hex(a.id)}, ${hex(uuid7())}, 'w',
		'https://example.com/', '', 5, UTC_TIMESTAMP(6));
		INSERT INTO conversion_rule (company_id, id, name, platform, secret, created_at) VALUES (${hex(a.id)}, ${hex(uuid7())}, 'sold', 'google', 'a', UTC_TIMESTAMP(6));
		INSERT INTO prompt (company_id, id, name, prompt_key, language, created_at) VALUES (${hex(a.id)}, ${hex(uuid7())}, 'p', 'p', 'en-US', UTC_TIMESTAMP(6));
		INSERT INTO mail_rule (company_id, id, user_id, kind, unsubscribe, created_at) VALUES (${hex(a.id)}, ${hex(uuid7())}, ${hex(world.users.agent.id)}, 'missed', 'a',
		UTC_TIMESTAMP(6));
		INSERT INTO attrib_run (company_id, id, state, applies, from_at, to_at, rule_version, law_version, threshold_bp, made_at) VALUES (${hex(a.id)}, ${hex(uuid7())}, 'done', 0,
		UTC_TIMESTAMP(6) - INTERVAL 1 DAY, UTC_TIMESTAMP(6), 2, 0, 6000, UTC_TIMESTAMP(6));`);
}

/** The document says that answers may have more members one day; those of today
 *  are all in it, and one that is not is our mistake: its objects are closed. */
export function closed(schema) {
	if (Array.isArray(schema)) return schema.map(closed);
	if (schema === null || typeof schema !== 'object') return schema;
	const all = Object.fromEntries(Object.entries(schema).map(([k, v]) => [k, closed(v)]));
	return typeof all.properties === 'object' && all.additionalProperties === undefined ? { ...all, additionalProperties: false } : all;
}

function documentAjv() {
	const ajv = new Ajv2020({ strict: false, allErrors: true });
	addFormats(ajv);
	return ajv.addSchema(closed(spec), 'api');
}
/** Asserts that a value is what the document says of that schema. */
export function validator(name) {
	const valid = documentAjv().getSchema(`api#/components/schemas/${name}`);
	return (value) => assert.ok(valid(value), `${name}: ${JSON.stringify(valid.errors)} ${JSON.stringify(value).slice(0, 300)}`);
}

export function apiOf(stack) {
	const ajv = documentAjv();
	const seen = new Set(); // "GET /tags/{id} 200"
	const checks = new Map();
	const check = (schema) => {
		const key = JSON.stringify(schema);
		if (!checks.has(key)) checks.set(key, schema.$ref ? ajv.getSchema(`api${schema.$ref}`) : ajv.compile(closed(schema)));
		return checks.get(key);
	};

	/** One request; its answer is checked against the document. body: JSON, or
	 * a text or bytes as they are. */
	async function api(key, path, { method = 'GET', headers = {}, body } = {}) {
		const raw = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
		const res = await stack.fetch(`/api/v1${path}`, { method, body: raw,
			headers: { ...(key ? { authorization: `Bearer ${key}` } : {}), ...(raw ? { 'content-type': 'application/json' } : {}), ...headers } });
		const text = await res.text();
		const type = res.headers.get('content-type')?.split(';')[0];
		const [template, op] = operation(method.toLowerCase(), path);
		assert.ok(op, `${method} ${path} is in the document`);
		seen.add(`${method} ${template} ${res.status}`);
		let response = op.responses[res.status];
		assert.ok(response, `${method} ${path}: status ${res.status} is in the document: ${text.slice(0, 200)}`);
		if (response.$ref) response = spec.components.responses[response.$ref.split('/').at(-1)];
		let json;
		if (response.content) {
			assert.ok(response.content[type], `${method} ${path}: ${type}`);
			const values = type === 'application/x-ndjson' ? text.split('\n').slice(0, -1).map((l) => JSON.parse(l))
				: /json/.test(type) ? [JSON.parse(text)] : [];
			const valid = check(response.content[type].schema);
			for (const v of values) assert.ok(valid(v), `${method} ${path}: ${JSON.stringify(valid.errors)} ${text.slice(0, 300)}`);
			json = type === 'application/x-ndjson' ? values : values[0];
		} else {
			assert.equal(text, '', `${method} ${path}: no body is in the document`);
		}
		// What nginx refuses does not know the key.
		if (key && ![401, 413, 416, 503].includes(res.status))
			for (const h of Object.keys(response.headers ?? {})) if (h.startsWith('RateLimit')) assert.match(res.headers.get(h) ?? '', /^\d+$/, `${path}: ${h}`);
		return { status: res.status, headers: res.headers, text, json };
	}

	/** A key of an account with these scopes (all); company null: all of the
	 * account; by: whose it is. */
	function addKey(c, of = scopes.join(' '), { company = c.id, expires = 'NULL', by } = {}) {
		const token = `rtk_${randomBytes(32).toString('base64url')}`;
		stack.sql(`INSERT INTO api_key (account_id, company_id, id, name, hint, key_hash, scopes, created_by, created_at, expires_at) VALUES
			(${hex(c.account)}, ${company ? hex(company) : 'REPEAT(CHAR(0), 16)'}, ${hex(uuid7())}, 'k', 'rtk_', UNHEX(SHA2('${token}', 256)),
			'${of}', ${by ? hex(by) : 'NULL'}, UTC_TIMESTAMP(6), ${expires})`);
		return token;
	}

	/** Operations and statuses of the document, of those wanted, that no answer had. */
	const unseen = (statuses, wanted = () => true) => operations().filter(([m, p, op]) => wanted(m, p, op))
		.flatMap(([m, p, op]) => Object.keys(op.responses).filter((s) => statuses.includes(Number(s))).map((s) => `${m} ${p} ${s}`)).filter((o) => !seen.has(o));
	/** Operations that no request succeeded of, in each of the ways it can. */
	const unused = (wanted) => unseen([200, 201, 202, 204], wanted);

	return { api, addKey, unused, unseen };
}
