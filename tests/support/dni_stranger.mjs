// dni_stranger.mjs - a process that sends the lease server what a stranger can
// think of, and does not wait for answers (dni_pour.mjs).
//
//   const child = fork(path, { serialization: 'json' }); child.send({ host,
//     port, agent, origin, rate, ms, least, kinds, own, victim, seed });
//
// own: { visitor, visit } that the stranger was given; victim: those of somebody
// else, of which a page tells the visit. kinds: names below; 'preflight' alone
// measures what the machine can do. Ends by itself and says
// { sent, answers: { 200: n, 429: n, … } }; address 192.0.2.<seed> is the
// process's own.
import { pour } from './dni_pour.mjs';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

function requests({ agent, origin, kinds, own, victim, seed }) {
	let n = seed * 7919;
	const dice = (below) => (n = n * 16807 % 2147483647) % below; // Park and Miller's
	const letters = (k) => Array.from({ length: k }, () => ALPHABET[dice(32)]).join('');
	const anywhere = () => `10.${dice(256)}.${dice(256)}.${dice(256)}`;
	const home = `192.0.2.${seed}`;
	const url = `${origin}/demo/?utm_source=stranger`;
	// One letter of the part that proves an id is another.
	const forge = (id) => id.slice(0, -4) + ALPHABET[(ALPHABET.indexOf(id.at(-4)) + 1 + dice(31)) & 31] + id.slice(-3);

	function post(path, address, body, more = '', from = origin) {
		const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
		return Buffer.concat([Buffer.from(`POST /dni/v1/${path} HTTP/1.1\r\nHost: x\r\nUser-Agent: ${agent}\r\nOrigin: ${from}\r\nX-Forwarded-For: ${address}\r\n` +
			`${more}Content-Length: ${bytes.length}\r\n\r\n`, 'latin1'), bytes]);
	}
	const event = (who, more) => post('event', anywhere(), { site: 'demo', ...who, url, ...more });
	const crossed = () => ({ visit: victim.visit, visitor: [own.visitor, forge(victim.visitor), `vtr_01h4${letters(22)}`][dice(3)] });

	const make = {
		preflight: () => Buffer.from('OPTIONS /dni/v1/visit HTTP/1.1\r\nHost: x\r\n\r\n'),
		// Visitors that nobody gave out, from one address.
		forged: () => post('visit', home, { site: 'demo', url, visitor: dice(2) ? forge(own.visitor) : `vtr_01h4${letters(22)}` }),
		// Somebody else's visit.
		crossed: () => [
			() => event(crossed(), { kind: 'consent_withdrawn' }), () => event(crossed(), { kind: 'tel_click' }),
			() => event(crossed(), { kind: 'custom', name: 'stranger' }), () => event(crossed(), { kind: 'view' }),
			() => event(crossed(), { kind: 'form', fields: [['name', 'stranger']] }),
			() => post('beat', anywhere(), { site: 'demo', ...crossed(), engaged_s: 3600 }),
		][dice(6)](),
		// What was said once is said again and again.
		replayed: () => [
			() => event(own, { kind: 'form', form: 'f', fields: [['name', 'again']] }), () => event(own, { kind: 'view' }),
			() => event(own, { kind: 'about', version: 1, zone: '"><script>', ga: "1' OR 1=1", gas: '5 6', fbc: 'fb\u0001', fbp: '\u{1F600}' }),
			() => event(own, { kind: 'custom', name: 'again' }), () => post('beat', anywhere(), { site: 'demo', ...own, engaged_s: 3600 }),
		][dice(5)](),
		broken: () => [
			() => post('visit', anywhere(), Buffer.concat([Buffer.from(`{"site":"demo","url":"${url}","title":"`), Buffer.from([0xc3, 0x28, 0xff, 0xed, 0xa0, 0x80]), Buffer.from('"}')])),
			() => post('visit', anywhere(), `{"site":"demo","url":"${url}","title":"\\ud800"}`),
			() => post('visit', anywhere(), `{"site":"demo","url":"${url}\\u0000","title":"x"}`),
			() => post('event', anywhere(), `${'['.repeat(2000)}${']'.repeat(2000)}`),
			() => post('visit', anywhere(), `{"site":"demo","site":"demo","url":"${url}"}`),
			() => post('visit', anywhere(), { site: 'demo', url: 'http://elsewhere.example/?utm_source=stranger' }),
			() => post('visit', anywhere(), { site: "demo' OR 1=1 --", url }),
			() => post('visit', anywhere(), { site: 'demo', url: `http://${'\u00e9'.repeat(200)}.example/` }),
			() => post('visit', anywhere(), { site: 'demo', url }, '', 'https://\xff\xfe\xc3.example'),
			() => post('visit', home, { site: 'demo', url: `${url}%ff%fe&utm_campaign=%00%c3&gclid=%ed%a0%80` }),
			() => post('visit', home, { site: 'demo', url, ref: `https://a.example/${'x'.repeat(9000)}` }, `Referer: http://${'\xff\xc3'.repeat(2000)}\r\n`),
		][dice(11)](),
	};
	return () => make[kinds[dice(kinds.length)]]();
}

process.once('message', async (job) => {
	const next = requests(job);
	const some = (n) => Buffer.concat(Array.from({ length: n }, next));
	const { host, port, rate, ms, least } = job;
	const told = await pour({ host, port, rate, ms, least, sockets: 32, batch: 8, ahead: 32, turns: 4 }, some);
	process.send(told, () => process.disconnect());
});
