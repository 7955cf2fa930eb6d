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

export function apiOf(stack) {
	const ajv = new Ajv2020({ strict: false, allErrors: true });
	addFormats(ajv);
	ajv.addSchema(spec, 'api');
	const used = new Set();
	const checks = new Map();
	const check = (schema) => {
		const key = JSON.stringify(schema);
		if (!checks.has(key)) checks.set(key, schema.$ref ? ajv.getSchema(`api${schema.$ref}`) : ajv.compile(schema));
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
		used.add(`${method} ${template}`);
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
		if (key && res.status !== 401)
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

	/** Operations that no request was for. */
	const unused = (wanted = () => true) => operations().filter(([m, p, op]) => wanted(m, p, op)).map(([m, p]) => `${m} ${p}`).filter((o) => !used.has(o));

	return { api, addKey, unused };
}
