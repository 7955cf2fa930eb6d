// dni_stranger.mjs - a process that sends the lease server what a stranger can
// think of, many requests at once on each of a few connections.
//
//   const child = fork(path, { serialization: 'json' }); child.send({ host,
//     port, agent, origin, rate, ms, kinds, own, victim, seed });
//
// own: { visitor, visit } that the stranger was given; victim: those of somebody
// else, of which a page tells the visit. kinds: names below; 'preflight' alone
// measures what the machine can do. Ends by itself and says
// { sent, answers: { 200: n, 429: n, … } }; address 192.0.2.<seed> is the
// process's own.
import net from 'node:net';

const SOCKETS = 4, BATCH = 25, AHEAD = 200;
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

function run(job) {
	const { host, port, rate, ms } = job;
	const next = requests(job), answers = {};
	let sent = 0;

	function connect(state) {
		state.under_way = 0;
		state.tail = '';
		state.socket = net.connect(port, host);
		state.socket.on('data', (d) => {
			const text = state.tail + d.toString('latin1');
			for (const [, code] of text.matchAll(/HTTP\/1\.1 (\d{3}) /g)) {
				answers[code] = (answers[code] ?? 0) + 1;
				state.under_way--;
			}
			state.tail = text.slice(-12).replace(/HTTP\/1\.1 \d{3} /g, '');
		}).on('error', () => {}).on('close', () => {
			if (!state.over) connect(state); // nginx closes one after 1,000 requests
		});
	}

	const sockets = Array.from({ length: SOCKETS }, () => ({}));
	sockets.forEach(connect);
	const began = Date.now();
	const timer = setInterval(() => {
		const due = Math.min(Date.now() - began, ms) / 1000 * rate;
		for (const s of sockets)
			for (let i = 0; i < 4 && sent < due && s.under_way < AHEAD; i++) {
				s.socket.write(Buffer.concat(Array.from({ length: BATCH }, next)));
				s.under_way += BATCH;
				sent += BATCH;
			}
		if (Date.now() - began < ms) return;
		clearInterval(timer);
		for (const s of sockets) {
			s.over = true;
			s.socket.destroy();
		}
		process.send({ sent, answers }, () => process.disconnect());
	}, 5);
}

process.once('message', run);
