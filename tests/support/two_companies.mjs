// two_companies.mjs - data for the tests of the pages: a company "alpha" with
// hostile text in every field of a call, and a company "beta" whose every text
// holds a mark that alpha's people must never see.
//
//   const world = addCompanies(stack);
//   world.alpha.call            "cal_..."
//   world.users.viewer          { email, password, ... } of alpha
//   world.secret                the mark
import http from 'node:http';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** A 16-byte key (Buffer) as TypeID. */
export function typeId(prefix, key) {
	let n = BigInt(`0x${key.toString('hex')}`);
	let text = '';
	for (let i = 0; i < 26; i++) {
		text = alphabet[Number(n & 31n)] + text;
		n >>= 5n;
	}
	return `${prefix}_${text}`;
}

let count = 0;
/** A new UUIDv7, different in each run of a test and repeatable in it. */
export function uuid7(ms = 1790000000000 + count) {
	const key = Buffer.alloc(16);
	key.writeUIntBE(ms, 0, 6);
	key.writeUInt32BE(++count, 12);
	key[6] = 0x70;
	key[8] = 0x80;
	return key;
}

export const password = 'correct horse battery';
// argon2id of it, so that no test needs the library.
const hash = '$argon2id$v=19$m=65536,t=2,p=1$OIDsYhbSrNm9UcxUOED0sQ$VtxpQBB0tpyDRwtee1U9GcbS3XL6fYp7OZ6IF+ScOI0';

/** Text that breaks out of wherever it is not escaped. */
export const hostile = `"><script>alert(1)</script><img src=x onerror=alert(2)>'{{csrf}}&amp;\u2028\u0001\u202e`;
export const secret = 'BETA-SECRET';

export const hex = (key) => `X'${key.toString('hex')}'`;
export const text = (s) => `CONVERT(X'${Buffer.from(s).toString('hex')}' USING utf8mb4)`;
export const insert = (table, row) => `INSERT INTO ${table} (${Object.keys(row).join(', ')}) VALUES (${Object.values(row).join(', ')});`;

function company(name, words) {
	const c = { account: uuid7(), id: uuid7(), number: uuid7(), call: uuid7(), visit: uuid7(), visitor: uuid7(),
		lease: uuid7(), pool: uuid7(), site: uuid7(), recording: uuid7(), name };
	const w = (n) => text(words.slice(0, n));
	const t = (ago) => `UTC_TIMESTAMP(6) - INTERVAL ${ago} SECOND`;
	const digits = name === 'beta' ? '+14155550177' : '+14155550166';
	const caller = name === 'beta' ? '+12125550188' : '+12125550155';
	c.sql = [
		insert('account', { id: hex(c.account), name: w(100), created_at: t(900) }),
		insert('company', { id: hex(c.id), account_id: hex(c.account), name: w(100), time_zone: "'Europe/Berlin'",
			country: "'US'", currency: "'USD'", created_at: t(900) }),
		insert('site', { company_id: hex(c.id), id: hex(c.site), public_key: `'two-${name}'`, name: w(100), created_at: t(900) }),
		insert('number', { company_id: hex(c.id), id: hex(c.number), e164: `'${digits}'`, active_e164: `'${digits}'`, label: w(100),
			kind: "'local'", country: "'US'", place: w(100), added_at: t(900) }),
		insert('interaction', { company_id: hex(c.id), id: hex(c.call), kind: "'call'", happened_at: t(300), attributed_by: "'visit'",
			visit_id: hex(c.visit), lease_id: hex(c.lease), probability_bp: 9400, source: w(100), medium: w(100), campaign: w(255), ad_group: w(64),
			keyword: w(255), channel: w(32), landing_page: w(255), referrer_host: w(255), note: w(500) }),
		insert('phone_call', { company_id: hex(c.id), id: hex(c.call), state: "'closed'", result: "'answered'", number_id: hex(c.number),
			number_e164: `'${digits}'`, caller_e164: `'${caller}'`, caller_raw: w(64), caller_name: w(128), caller_country: "'US'",
			caller_place: w(100), started_at: t(300), answered_at: t(295), bridged_at: t(290), ended_at: t(200), duration_ms: 100000,
			ring_ms: 5000, talk_ms: 90000, hangup_by: "'caller'", sip_status: 200, cause: 16, reason: w(255), sip_call_id: w(255),
			user_agent: w(255), source_address: "'192.0.2.1'", record: "'notice'", notice_key: w(64) }),
		insert('call_leg', { company_id: hex(c.id), call_id: hex(c.call), seq: 0, target: w(255), started_at: t(300), answered_at: t(295),
			ended_at: t(200), sip_status: 200, reason: w(255), codec: w(16), sip_call_id: w(255) }),
		insert('call_event', { company_id: hex(c.id), call_id: hex(c.call), seq: 1, kind: w(32), detail: w(255), happened_at: t(300) }),
		insert('recording', { company_id: hex(c.id), id: hex(c.recording), call_id: hex(c.call), state: "'ready'",
			path: text(`${name}/call.wav`), started_at: t(290), duration_ms: 2, size_bytes: 76, created_at: t(200), ready_at: t(190),
			peaks: "X'0102001400000001407f'" }),
		insert('visitor', { company_id: hex(c.id), id: hex(c.visitor), first_visit_id: hex(c.visit), first_seen_at: t(600), last_seen_at: t(310) }),
		insert('visit', { company_id: hex(c.id), id: hex(c.visit), site_id: hex(c.site), visitor_id: hex(c.visitor), started_at: t(600),
			seen_at: t(310), engaged_s: 60, page_views: 2, landing_url: text(`https://x.example/?q=${words}`), landing_page: w(255), landing_title: w(255),
			referrer: text(`javascript:${words}`), referrer_host: w(255), utm_source: w(255), utm_medium: w(255), utm_campaign: w(255),
			utm_term: w(255), utm_content: w(255), utm_id: w(255), gclid: w(512), match_type: w(16), network: w(32), device: w(16),
			placement: w(255), ad_place: w(64), source: w(100), medium: w(100), campaign: w(255), keyword: w(255), channel: w(32) }),
		insert('page_view', { company_id: hex(c.id), visit_id: hex(c.visit), id: hex(uuid7()), url: text(`javascript:${words}`), title: w(255),
			viewed_at: t(550) }),
		insert('pool', { company_id: hex(c.id), id: hex(c.pool), name: w(100), created_at: t(900) }),
		insert('pool_number', { company_id: hex(c.id), pool_id: hex(c.pool), number_id: hex(c.number), added_at: t(900) }),
		insert('lease', { company_id: hex(c.id), id: hex(c.lease), pool_id: hex(c.pool), number_id: hex(c.number), number_e164: `'${digits}'`,
			visit_id: hex(c.visit), epoch: 1, started_at: t(600), beat_at: t(310), expires_at: t(130) }),
	];
	c.callId = typeId('cal', c.call);
	c.poolId = typeId('pol', c.pool);
	c.siteId = typeId('sit', c.site);
	c.companyId = typeId('com', c.id);
	c.visitId = typeId('vis', c.visit);
	return c;
}

function user(role, c) {
	const u = { id: uuid7(), email: `${role}@${c.name}.example`, password };
	u.sql = [insert('user', { id: hex(u.id), account_id: hex(c.account), email: text(u.email), name: text(role === 'viewer' ? hostile.slice(0, 100) : role),
		password_hash: text(hash), created_at: 'UTC_TIMESTAMP(6)' })];
	if (role !== 'nobody')
		u.sql.push(insert('membership', { user_id: hex(u.id), account_id: hex(c.account), company_id: hex(c.id), role: `'${role === 'viewer' ? 'read-only' : role}'`,
			created_at: 'UTC_TIMESTAMP(6)' }));
	return u;
}

export function addCompanies(stack) {
	const alpha = company('alpha', hostile.repeat(8));
	const beta = company('beta', `${secret} `.repeat(60));
	const users = Object.fromEntries(['viewer', 'agent', 'analyst', 'manager', 'admin', 'owner', 'nobody'].map((r) => [r, user(r, alpha)]));
	const foreign = user('viewer', beta);
	stack.sql([alpha, beta, ...Object.values(users), foreign].flatMap((x) => x.sql).join('\n'));
	return { alpha, beta, users, foreign, secret, password };
}

/** The contents of all tables that requests for pages must not change. */
export function fingerprint(stack) {
	const tables = stack.sql("SELECT table_name FROM information_schema.tables WHERE table_schema = 'ringtrace'"
		+ " AND table_name NOT IN ('login', 'login_attempt', 'job', 'pool_owner') ORDER BY table_name").map(([t]) => t);
	return stack.sql(`CHECKSUM TABLE ${tables.join(', ')}`).map((r) => r.join('=')).join(' ');
}

/** One request exactly as written: no normalising of path or method. */
export function raw(stack, { method = 'GET', path = '/', headers = {}, body, agent }) {
	return new Promise((resolve, reject) => {
		const req = http.request({ host: stack.addr, port: 8080, method, path, headers, agent }, (res) => {
			const parts = [];
			res.on('data', (d) => parts.push(d));
			res.on('end', () => resolve({ status: res.statusCode, headers: res.headers, body: Buffer.concat(parts).toString() }));
			res.on('error', reject);
		});
		req.on('error', reject);
		if (body !== undefined) req.write(body);
		req.end();
	});
}
