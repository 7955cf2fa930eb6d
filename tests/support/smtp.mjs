// smtp.mjs - an SMTP server for tests that says, at each step, what a test wants
// it to say.
//
//   const server = await smtpServer(addr, port, { offers: ['STARTTLS'], keys: { key, cert } });
//   server.says = (step, line) => (step === 'RCPT' ? '450 later' : undefined);
//   server.seen, server.letters, server.close()
import net from 'node:net';
import tls from 'node:tls';

const good = { greet: '220 hello', HELO: '250 here', MAIL: '250 ok', RCPT: '250 ok', DATA: '354 go on', end: '250 taken', QUIT: '221 bye',
	AUTH: '235 welcome', STAR: '220 go on' };

/** Steps: greet, the first four letters of a command, end (of the text).
 *  says() returns a text, null to hang, false to go away, [text, ms] to drip
 *  its bytes; undefined: as a good server does. offers: what EHLO tells. */
export async function smtpServer(addr, port, { offers = [], keys } = {}) {
	const server = { seen: [], letters: [], says: () => undefined, offers, keys, secure: 0 };
	const sockets = new Set();
	const ehlo = () => ['here', ...server.offers].map((o, i, all) => `250${i === all.length - 1 ? ' ' : '-'}${o}`).join('\r\n');
	const drip = (socket, [text, ms]) => {
		const bytes = [...`${text}\r\n`];
		const timer = setInterval(() => (bytes.length > 0 && socket.writable ? socket.write(bytes.shift()) : clearInterval(timer)), ms);
	};
	function serve(socket, greets) {
		let rest = '', letter = null, asked = false;
		const answer = (step, line = '') => {
			server.seen.push(step);
			const text = server.says(step, line);
			if (text === null) return;
			if (text === false) socket.destroy();
			else if (Array.isArray(text)) drip(socket, text);
			else socket.write(`${text ?? (step === 'EHLO' ? ehlo() : good[step]) ?? '500 what'}\r\n`);
		};
		const data = (d) => {
			rest += d.toString();
			for (let at; (at = rest.indexOf('\r\n')) !== -1;) {
				const line = rest.slice(0, at);
				rest = rest.slice(at + 2);
				if (asked) {
					asked = false;
					answer('AUTH', line);
				} else if (line === 'AUTH PLAIN') {
					asked = true;
					socket.write('334 \r\n');
				} else if (letter !== null && line !== '.') {
					letter += `${line}\n`;
				} else if (letter !== null) {
					server.letters.push(letter);
					letter = null;
					answer('end');
				} else {
					const step = line.slice(0, 4).toUpperCase();
					if (step === 'DATA' && server.says('DATA') === undefined) letter = '';
					answer(step, line);
					if (step === 'STAR' && server.says('STAR') === undefined) {
						socket.off('data', data);
						const inner = new tls.TLSSocket(socket, { isServer: true, ...server.keys });
						inner.on('secure', () => server.secure++);
						return serve(inner, false);
					}
				}
			}
		};
		sockets.add(socket);
		socket.on('error', () => {}).on('data', data).on('close', () => sockets.delete(socket));
		if (greets) answer('greet');
	}
	const listening = net.createServer((socket) => serve(socket, true));
	await new Promise((done) => listening.listen(port, addr, done));
	server.port = listening.address().port;
	server.close = () => {
		for (const s of sockets) s.destroy();
		listening.close();
	};
	return server;
}
