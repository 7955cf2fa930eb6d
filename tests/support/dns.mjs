// dns.mjs - a name server on loopback: answers A and SRV from a table, counts
// what it is asked, and keeps silent when told.
import { createSocket } from 'node:dgram';

const label = (name) => Buffer.concat([...name.split('.').filter(Boolean).map((l) => Buffer.concat([Buffer.from([l.length]), Buffer.from(l)])), Buffer.from([0])]);
const u16 = (...v) => Buffer.concat(v.map((n) => Buffer.from([n >> 8, n & 255])));

const data = {
	1: (ip) => Buffer.from(ip.split('.').map(Number)),
	33: ([priority, weight, port, host]) => Buffer.concat([u16(priority, weight, port), label(host)]),
};

/** zone: { 'name': { A: [ip], SRV: [[priority, weight, port, host]] } }. */
export async function nameServer(address, port, zone, ttl_s = 60) {
	const socket = createSocket('udp4');
	const server = { asked: [], silent: false, stop: () => new Promise((r) => socket.close(r)) };
	socket.on('message', (q, from) => {
		let at = 12;
		const parts = [];
		while (q[at] !== 0) {
			parts.push(q.toString('latin1', at + 1, at + 1 + q[at]));
			at += 1 + q[at];
		}
		const type = q.readUInt16BE(at + 1);
		const name = parts.join('.').toLowerCase();
		server.asked.push(name);
		if (server.silent) return;
		const entry = zone[name];
		const records = (entry?.[type === 33 ? 'SRV' : 'A'] ?? []).map((v) => data[type](v));
		socket.send(Buffer.concat([q.subarray(0, 2), u16(0x8180 | (entry ? 0 : 3), 1, records.length, 0, 0), q.subarray(12, at + 5),
			...records.flatMap((r) => [u16(0xc00c, type, 1, 0, ttl_s, r.length), r])]), from.port, from.address);
	});
	await new Promise((resolve, reject) => socket.once('error', reject).bind(port, address, resolve));
	return server;
}
