// api_random.mjs - requests made by chance from the OpenAPI document, most of
// them valid; the same seed makes the same ones.
import { spec } from './api.mjs';

const flow = (n) => ({ version: 1, first: 'ring', steps: { ring: { type: 'forward', to: '+13035550100', otherwise: 'mail', title: `t${n}` }, mail: { type: 'voicemail', prompt: 'voicemail.en' } } });
const sample = (n) => ({ name: `case ${n}`, at: '2026-11-30T09:12', caller: '+13035550101', keys: ['1'], others: { does: 'answers', after_s: 4 }, talk_s: 60 });
const number = (n) => `+1970555${String(200 + n % 9800).padStart(4, '0')}`;
const day = (n) => new Date(Date.UTC(2026, 0, 1 + n)).toISOString();
const tag = (n) => ['vip', 'hot'][n % 2];

/** What a member means, where its schema says only that it is a text. Each n
 *  gives another. */
const meant = {
	name: (n) => `thing ${n}`, note: (n) => `Grüße ${n} 📞`, fields: (n) => ({ [`f${n}`]: 'x' }), contact_name: (n) => `Zoë O'Neil ${n}`,
	number, target: (n) => (n % 2 ? number(n) : 'sip:desk@pbx.example.com'), contact_number: number, caller: () => '+1212',
	email: (n) => `p${n}@alpha.example`, contact_email: (n) => `c${n}@x.example`,
	time_zone: (n) => ['America/Denver', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'UTC'][n % 4], country: (n) => ['US', 'DE', 'GB'][n % 3], currency: (n) => ['USD', 'EUR', 'JPY'][n % 3],
	hours: (n) => ['', 'mon-fri 09:00-17:30', 'mon-fri 09:00-17:30\n12-25 closed'][n % 3], regions: () => 'CO, 303', code: (n) => `code_${n}`,
	url: (n) => `https://hooks.example.com/${n}`, page_url: (n) => `https://www.example.com/contact?n=${n}`, quiet_from: () => '22:00', quiet_to: () => '07:00',
	match_kind: () => 'always', match_value: () => '', outcome: (n) => ['sold', null][n % 2],
	value: (n) => `${n % 90}.50`, amount: (n) => `${n % 90}.50`, voice: () => 'slt', document: flow, case: sample, next_hop: () => 'sip.carrier.example', uri_host: () => 'sip.example.com',
	tech_prefix: () => '', from_user: () => 'ring', notice: () => '', search: (n) => 'abcd'[n % 4], tag, version: () => 1, law: () => 0,
	happened_at: (n) => new Date(Date.now() - 1e6 - n).toISOString(),
};
const meantEach = { numbers: number, targets: number, origins: (n) => `https://w${n}.example.com`, params: (n) => `k${n} = keyword`,
	pages: (n) => `https://w${n}.example.com/`, allow: () => '192.0.2.0/24', allow_media: () => '192.0.2.0/24', tags: tag, add_tags: tag, remove_tags: tag, cases: sample };
const patterns = { '^[a-z0-9_-]{1,32}$': (n) => `list-${n}` };
/** Names of ids whose kind the document does not tell. */
const idKinds = { user_id: 'usr', visit_id: 'vis', tag_id: 'tag', event_id: 'evt', number_id: 'num', tracker_id: 'trk', pool_id: 'pol', destination_id: 'dst', location_id: 'loc' };
const odd = ['', ' ', 'x'.repeat(3000), '\u202e"><script>', '=1+1', '\u0001', -1, 1e15, 0.5, true, null, [], {}, ['a', 'a'], '\ud83d', '2026-02-30', 'cal_0'];

/** A second of silence. */
function wav() {
	const b = Buffer.alloc(44 + 16000);
	b.write('RIFF', 0);
	b.writeUInt32LE(b.length - 8, 4);
	b.write('WAVEfmt ', 8);
	[[16, 4], [1, 2], [1, 2], [8000, 4], [16000, 4], [2, 2], [16, 2]].reduce((at, [v, n]) => b.writeUIntLE(v, at, n), 16);
	b.write('data', 36);
	b.writeUInt32LE(16000, 40);
	return b;
}

const resolve = (schema) => (schema.$ref ? spec.components.schemas[schema.$ref.split('/').at(-1)] : schema);
/** What answers of an operation are rows of. */
function rowOf(op) {
	const schema = Object.values(op.responses[200]?.content ?? {})[0]?.schema;
	const one = schema && resolve(schema);
	return one && (one.properties?.data?.items ? resolve(one.properties.data.items) : one);
}

export class Requests {
	/** company: the id of the one that they are about. */
	constructor(seed, company) {
		this.state = seed;
		this.n = 0;
		this.company = company;
		this.ids = new Map();
		this.cursors = new Map();
	}

	/** A whole number below that: Marsaglia's xorshift. */
	dice(below) {
		this.state ^= this.state << 13;
		this.state ^= this.state >>> 17;
		this.state ^= this.state << 5;
		return (this.state >>> 0) % below;
	}
	one(list) {
		return list[this.dice(list.length)];
	}

	/** What an answer to that path told may be named from now on. */
	learn(path, text) {
		for (const [id, kind] of text.matchAll(/\b([a-z]{3})_[0-9a-z]{26}\b/g)) {
			if (!this.ids.has(kind)) this.ids.set(kind, new Set());
			this.ids.get(kind).add(id);
		}
		const cursor = text.match(/"next_cursor":\s*"([^"]+)"/)?.[1];
		if (cursor) this.cursors.set(path.split('?')[0], `${path.replace(/[?&]cursor=[^&]*/, '')}&cursor=${encodeURIComponent(cursor)}`);
	}
	forget(id) {
		this.ids.get(id.slice(0, 3))?.delete(id);
	}
	idOf(kind) {
		const ids = [...this.ids.get(kind) ?? []];
		return ids.length > 0 ? this.one(ids) : `${kind}_${'0'.repeat(26)}`;
	}

	/** A value that the schema allows. */
	value(from, name) {
		const schema = resolve(from);
		if (schema.oneOf) return this.value(this.one(schema.oneOf), name);
		const n = this.n++, types = [schema.type ?? (schema.enum ? 'string' : 'object')].flat();
		const kind = schema.pattern?.match(/^\^([a-z]{3})_/)?.[1] ?? (types.includes('string') && idKinds[name]);
		if (kind) return this.idOf(kind);
		if (patterns[schema.pattern]) return patterns[schema.pattern](n);
		if (meant[name]) return meant[name](n);
		if (schema.enum) return this.one(schema.enum);
		if (types.includes('boolean')) return n % 2 === 0;
		if (types.includes('integer')) {
			const least = schema.minimum ?? 0, most = Math.min(schema.maximum ?? least + 50, least + 400);
			return least + this.dice(most - least + 1);
		}
		if (types.includes('array')) {
			if (/ids\.$/.test(schema.description ?? '')) return [this.idOf('num')];
			return Array.from({ length: Math.max(schema.minItems ?? 0, 1 + this.dice(2)) }, () => (meantEach[name] && schema.items.type ? meantEach[name](this.n++) : this.value(schema.items, name)));
		}
		if (types.includes('object'))
			return Object.fromEntries(Object.entries(schema.properties ?? {}).filter(([k]) => schema.required?.includes(k) || this.dice(3) === 0)
				.map(([k, v]) => [k, k === 'to' ? day(200 + this.dice(90)).slice(0, v.format ? 99 : 10) : k === 'from' ? day(this.dice(200)).slice(0, v.format ? 99 : 10) : this.value(v, k)]));
		return schema.format === 'date' ? day(n % 300).slice(0, 10) : schema.format === 'date-time' ? day(n % 300) : `text ${n}`;
	}

	/** The same body with one thing that is wrong, or may be. */
	spoil(body) {
		const name = this.dice(4) === 0 ? this.one(['nobody', 'id', '']) : this.one([...Object.keys(body), 'name']);
		return { ...body, [name]: this.one(odd) };
	}

	query(op) {
		const q = new URLSearchParams({ company_id: this.company }), columns = Object.keys(rowOf(op)?.properties ?? {});
		for (const { name, schema, required, ...p } of op.parameters ?? []) {
			if (p.in !== 'query' || ['company_id', 'cursor'].includes(name) || !(required || this.dice(6) === 0)) continue;
			if (name === 'fields') q.set(name, [...new Set([this.one(columns), this.one(columns)])].join());
			else if (name === 'from' && schema.type !== 'integer') q.set(name, day(this.dice(200)));
			else if (name === 'to' && schema.type !== 'integer') q.set(name, day(200 + this.dice(90)));
			else if (schema.type === 'integer' && required) q.set(name, 1);
			else q.set(name, this.value(schema, name) ?? '~');
		}
		if (q.has('updated_since')) q.delete('sort');
		return q.toString();
	}

	/** The members of an operation's body: [name, schema]. */
	members(op) {
		return Object.entries(resolve(Object.values(op.requestBody.content)[0].schema).properties);
	}

	/** Two valid bodies for one thing that have no member in common. */
	halves(op) {
		const names = this.members(op).filter(([k, v]) => !/^(add|remove)_|^password$/.test(k) && !/Set once/.test(v.description ?? ''));
		const half = (which) => Object.fromEntries(names.filter((_, i) => i % 2 === which).map(([k, v]) => [k, this.value(v, k)]));
		return [half(0), half(1)];
	}

	/** { path, body, headers, fair }: fair ones are what the document allows. */
	make(method, template, op) {
		const fair = this.dice(5) > 0, list = template.split('/')[1];
		const kind = template.includes('{id}') && rowOf(spec.paths[`/${list}/{id}`].get)?.properties.id.pattern?.slice(1, 4);
		let path = template.replace('{id}', () => this.idOf(kind || 'arn')).replace('{version}', '1');
		const seen = method === 'GET' && this.dice(3) === 0 && this.cursors.get(path);
		if (seen) {
			this.cursors.delete(path);
			return { path: seen, headers: {}, fair: true };
		}
		path += `?${this.query(op)}`;
		const content = op.requestBody?.content ?? {}, type = Object.keys(content)[0], headers = {};
		let body;
		if (type === 'audio/*') [body, headers['content-type']] = [fair ? wav() : wav().subarray(0, 30), 'audio/wav'];
		else if (type) [body, headers['content-type']] = [this.value(content[type].schema), type];
		// What is set once is not to be changed by a fair one.
		if (method === 'PATCH') for (const [name, { description }] of this.members(op)) if (/Set once/.test(description ?? '')) delete body[name];
		if (method === 'POST' && this.dice(5) === 0) headers['idempotency-key'] = `once ${this.n++}`;
		if (!fair && type && type !== 'audio/*') body = this.spoil(body);
		else if (!fair && !type) path += `&${this.one(['limit=0', 'sort=x', 'fields=', 'cursor=x', 'nobody=1', 'limit=1&limit=2', 'from=x'])}`;
		return { path, body, headers, fair };
	}
}
