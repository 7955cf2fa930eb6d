// sip.mjs - other people's SIP for tests, and our own test caller: SIPp with a
// scenario written in JavaScript, baresip with a configuration of its own, and
// `ringtrace call`. Everything binds to the test's address and is ended with
// the test process.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { tied } from './scratch.mjs';
import { addr, build, dir, until } from './stack.mjs';

const children = new Set();
process.on('exit', () => children.forEach((c) => c.kill('SIGKILL')));

/** Ends what a test left running, but for these: for afterEach(). */
export async function endAll(keep = []) {
	const stay = Array.isArray(keep) ? keep.map((p) => p.child) : [];
	const left = [...children].filter((c) => !stay.includes(c));
	left.forEach((c) => c.kill('SIGKILL'));
	await Promise.all(left.map((c) => c.exitCode ?? c.signalCode ?? new Promise((r) => c.on('close', r))));
}

class Program {
	constructor(name, program, args, options = {}) {
		this.name = name;
		this.text = '';
		this.code = undefined;
		this.child = spawn(tied[0], [...tied.slice(1), program, ...args], { stdio: ['ignore', 'pipe', 'pipe'], cwd: dir, ...options });
		children.add(this.child);
		for (const s of [this.child.stdout, this.child.stderr]) s.setEncoding('utf8').on('data', (t) => (this.text += t));
		this.ended = new Promise((r) => this.child.on('close', (code, signal) => {
			children.delete(this.child);
			this.code = code ?? signal;
			r(this.code);
		}));
	}

	/** Waits for a line that matches; the match. */
	says(pattern, limit_ms) {
		return until(`${this.name} says ${pattern}`, () => {
			const m = this.text.match(pattern);
			if (!m && this.code !== undefined) throw new Error(`${this.name} ended (${this.code}) without ${pattern}:\n${this.text}`);
			return m;
		}, limit_ms);
	}

	stop(signal = 'SIGTERM') {
		if (this.code === undefined) this.child.kill(signal);
		return this.ended;
	}
}

/** `ringtrace call ROLE --option value ...`, options as an object. files: the
 *  limit of open files that the shell sets. */
export function call(role, options, files) {
	const args = Object.entries(options).flatMap(([k, v]) => v === true ? [`--${k}`] : [`--${k}`, String(v)]);
	const command = [join(build, 'ringtrace'), 'call', role, ...args];
	return files ? new Program(role, 'sh', ['-c', `ulimit -S -n ${files} && exec "$0" "$@"`, ...command]) : new Program(role, command[0], command.slice(1));
}

/** The "ended" lines of a test caller as objects. */
export function endings(program) {
	return [...program.text.matchAll(/^ended (.*)$/gm)].map(([, line]) =>
		Object.fromEntries(line.split(' ').map((p) => [p.slice(0, p.indexOf('=')), p.slice(p.indexOf('=') + 1)])));
}

// --- SIPp ---------------------------------------------------------------------

const escape = (s) => s.replaceAll(']]>', ']]]]><![CDATA[>');
let serial = 0;

/** One message to send; lines end with CRLF, the body's length is filled in. */
export const send = (text, attrs = '') => `<send ${attrs}><![CDATA[\n\n${escape(text.trim())}\n\n]]></send>`;
/** A message to wait for: a status or a method. */
export const recv = (what, attrs = '') => typeof what === 'number'
	? `<recv response="${what}" ${attrs}></recv>` : `<recv request="${what}" ${attrs}></recv>`;
export const pause = (ms) => `<pause milliseconds="${ms}"/>`;
export const action = (xml) => `<nop><action>${xml}</action></nop>`;

export const sdp = (port = '[media_port]', more = 'a=sendrecv') => `v=0
o=- 1 1 IN IP4 [media_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio ${port} RTP/AVP 0 101
a=rtpmap:0 PCMU/8000
a=rtpmap:101 telephone-event/8000
${more}`;

const file = (steps) => {
	const path = join(dir, `sipp${++serial}.xml`);
	writeFileSync(path, `<?xml version="1.0" encoding="ISO-8859-1"?>\n<scenario name="s">\n${steps.join('\n')}\n</scenario>\n`);
	return path;
};

/** Runs SIPp with these steps, or with a scenario of its own by its name ("uac").
 *  Options: at (own port), to ("addr:port", for a caller), calls, args, ip. Ends
 *  with code 0 when every step went as written. */
export function sipp(steps, { at, to, calls = 1, args = [], ip = addr, media = 26000, limit_s = 60 } = {}) {
	const own = typeof steps === 'string';
	const name = own ? join(dir, `sipp${++serial}.${steps}`) : file(steps);
	const log = `${name}.log`;
	const p = new Program('sipp', 'sipp', [...(to ? [to] : []), ...(own ? ['-sn', steps] : ['-sf', name]), '-i', ip, '-p', String(at), '-mi', ip, '-mp', String(media),
		'-m', String(calls), '-nostdin', '-timeout', `${limit_s}s`, '-timeout_error', '-trace_err', '-error_file', log,
		'-trace_msg', '-message_file', `${name}.msg`, ...args]);
	/** What went wrong, for a failure's message. */
	p.why = () => [log, `${name}.msg`].map((f) => (existsSync(f) ? readFileSync(f, 'utf8') : '')).join('\n');
	/** All messages as text. */
	p.messages = () => (existsSync(`${name}.msg`) ? readFileSync(`${name}.msg`, 'utf8').replaceAll('\r', '') : '');
	return p;
}

/** Waits until a UDP port of the test's address is bound. */
export function bound(port, ip = addr) {
	const hex = ip.split('.').reverse().map((n) => Number(n).toString(16).padStart(2, '0')).join('').toUpperCase();
	const want = `${hex}:${port.toString(16).toUpperCase().padStart(4, '0')}`;
	return until(`port ${port} is bound`, () => readFileSync('/proc/net/udp', 'latin1').includes(want));
}

// --- baresip --------------------------------------------------------------------

/** baresip 1.0.0 with its user agent at `port`. mode: auto or manual; play: a
 *  WAV file to say; command: typed at the start ("/dial sip:..."). What it hears
 *  is kept as <folder>/dump-*-dec.wav. */
export function baresip(name, { port, mode = 'manual', play, command, seconds }) {
	const home = join(dir, name);
	mkdirSync(home, { recursive: true });
	writeFileSync(join(home, 'config'), [
		'poll_method epoll', `sip_listen ${addr}:${port}`, `net_interface ${addr}`, 'sip_cafile',
		'audio_player aubridge,nul', play ? `audio_source aufile,${play}` : 'audio_source aubridge,nul', 'audio_alert aubridge,nul',
		'audio_level no', 'rtp_ports 27000-27999', 'rtp_stats yes', 'jitter_buffer_delay 1-5', `snd_path ${home}`,
		'module_path /usr/lib/baresip/modules', 'module account.so', 'module g711.so', 'module aufile.so', 'module aubridge.so', 'module sndfile.so',
		'module_app menu.so', 'module_app debug_cmd.so', ''].join('\n'));
	writeFileSync(join(home, 'accounts'), `<sip:${name}@${addr}:${port}>;regint=0;answermode=${mode};audio_codecs=PCMU/8000/1\n`);
	writeFileSync(join(home, 'contacts'), '');
	const args = ['-f', home];
	if (command) args.push('-e', command);
	if (seconds) args.push('-t', String(seconds));
	const p = new Program(name, 'baresip', args, { cwd: home });
	p.home = home;
	return p;
}

// --- sound ----------------------------------------------------------------------

/** One µ-law byte as a sample from -1 to 1. */
export function ulaw(byte) {
	const b = ~byte & 0xff;
	const magnitude = (((b & 0x0f) << 3) + 0x84) << ((b & 0x70) >> 4);
	return (b & 0x80 ? 0x84 - magnitude : magnitude - 0x84) / 32768;
}

/** What a test caller kept with --save, as samples. */
export const heard = (path) => Float64Array.from(readFileSync(path), ulaw);

/** Where clicks begin (seconds): rises above half level after 50 ms of quiet. */
export function clicks(samples, rate = 8000, level = 0.5) {
	const found = [];
	let quiet = rate;
	samples.forEach((s, i) => {
		if (Math.abs(s) < level) {
			quiet++;
			return;
		}
		if (quiet > rate / 20) found.push(i / rate);
		quiet = 0;
	});
	return found;
}

/** Writes a mono 16-bit WAV of a tone. */
export function toneWav(path, hz, seconds, rate = 8000) {
	const n = rate * seconds;
	const b = Buffer.alloc(44 + 2 * n);
	b.write('RIFF', 0, 'latin1');
	b.writeUInt32LE(36 + 2 * n, 4);
	b.write('WAVEfmt ', 8, 'latin1');
	b.writeUInt32LE(16, 16);
	b.writeUInt16LE(1, 20);
	b.writeUInt16LE(1, 22);
	b.writeUInt32LE(rate, 24);
	b.writeUInt32LE(rate * 2, 28);
	b.writeUInt16LE(2, 32);
	b.writeUInt16LE(16, 34);
	b.write('data', 36, 'latin1');
	b.writeUInt32LE(2 * n, 40);
	for (let i = 0; i < n; i++) b.writeInt16LE(Math.round(8000 * Math.sin((2 * Math.PI * hz * i) / rate)), 44 + 2 * i);
	writeFileSync(path, b);
	return path;
}
