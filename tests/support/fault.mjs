// fault.mjs - lets one call of one program fail, from outside: the other end of
// tests/fault/fault.c.
import { chmodSync, closeSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { constants } from 'node:os';

import { build, dir } from './stack.mjs';

const PLACES = 4096;
const HEAD = 32;
const SIZE = 48;
const { ENOSPC, EIO, EMFILE, ENOMEM, EAGAIN, EINTR, EACCES, ENETUNREACH, ECONNREFUSED, ENOBUFS } = constants.errno;
/** Beside errno's values: half of a read or write. */
const HALF = -1;
/** And one that uses the processor until nothing is armed any more. */
export const LOOP = -2;

// What the kernel says when such a call fails; what it may say as well. One that
// looks only for who has ended does not fail.
const errors = {
	open: [EMFILE, EACCES], openat: [EMFILE, EACCES], fopen: [EMFILE], opendir: [EMFILE], fdopendir: [ENOMEM], mkstemp: [ENOSPC], mkdir: [ENOSPC], mkdirat: [ENOSPC],
	write: [ENOSPC, HALF, EINTR], pwrite: [ENOSPC, HALF], fflush: [ENOSPC], rename: [ENOSPC], renameat: [ENOSPC],
	read: [EIO, HALF, EINTR], pread: [EIO, HALF], malloc: [ENOMEM], calloc: [ENOMEM], realloc: [ENOMEM], mmap: [ENOMEM], memfd_create: [ENOMEM],
	socket: [EMFILE], socketpair: [EMFILE], epoll_create1: [EMFILE], eventfd: [EMFILE], timerfd_create: [EMFILE], signalfd: [EMFILE], pipe: [EMFILE],
	send: [ENOBUFS, ENETUNREACH], sendto: [ENOBUFS, ENETUNREACH], sendmsg: [ENOBUFS, EINTR], recv: [ECONNREFUSED], recvfrom: [ECONNREFUSED, EINTR],
	recvmsg: [EINTR], poll: [EINTR], epoll_wait: [EINTR], fork: [EAGAIN], pthread_create: [EAGAIN], waitpid: [], connect: [ECONNREFUSED], bind: [EACCES],
};

/** The calls that one program makes, and the switch that lets one of them fail.
 *  env: what the program (or what starts it) is to be started with. */
export class Faults {
	constructor(program, name = 'fault.bin') {
		const path = join(dir, name);
		this.fd = openSync(path, 'w+');
		ftruncateSync(this.fd, HEAD + PLACES * SIZE);
		chmodSync(path, 0o666); // the program may become another user
		chmodSync(dir, 0o711);
		this.env = { LD_PRELOAD: join(build, 'tests/fault.so'), RT_FAULT_PROGRAM: program, RT_FAULT_FILE: path };
	}

	/** Every call seen so far, by place: [{ call, key, calls, from }]. */
	places() {
		const b = Buffer.alloc(HEAD + PLACES * SIZE);
		readSync(this.fd, b, 0, b.length, 0);
		const found = [];
		for (let at = HEAD; at < b.length; at += SIZE) {
			const key = b.readUInt32LE(at + 40);
			if (key === 0) continue;
			const call = b.toString('latin1', at, at + 24).replace(/\0.*/s, '');
			const from = [0, 1, 2, 3].map((i) => b.readUInt32LE(at + 24 + 4 * i)).filter((a) => a !== 0);
			found.push({ call, key, from, calls: b.readUInt32LE(at + 44) });
		}
		return found;
	}

	/** What each place can answer: [{ ...place, error }], in an order that
	 *  depends on nothing but the program. Of places that were
	 *  met and whose first `depth` callers are the same, one. */
	cases(depth = 4, met = () => true) {
		const alike = new Map();
		for (const p of this.places().sort((a, b) => a.from[0] - b.from[0] || a.key - b.key)) {
			if (p.from.length < 2 || !met(p.key)) continue; // no function of ours: what counts the coverage
			const id = [p.call, ...p.from.slice(0, depth)].join();
			if (!alike.has(id)) alike.set(id, p);
		}
		return [...alike.values()].flatMap((p) => (errors[p.call] ?? [EIO]).map((error) => ({ ...p, error })));
	}

	/** The next call from this place fails (the one after `skip` more). */
	arm({ key, error }, { skip = 0, times = 1 } = {}) {
		const b = Buffer.alloc(20);
		this.#put(b.subarray(0, 4), 0); // nothing fails meanwhile
		b.writeUInt32LE(skip, 4);
		b.writeUInt32LE(times, 8);
		b.writeInt32LE(error, 12);
		this.#put(b, 0);
		b.writeUInt32LE(key, 0);
		this.#put(b.subarray(0, 4), 0);
	}

	disarm() {
		this.#put(Buffer.alloc(4), 0);
	}

	/** How many calls have failed since arm(). */
	fired() {
		const b = Buffer.alloc(4);
		readSync(this.fd, b, 0, 4, 16);
		return b.readUInt32LE(0);
	}

	/** The program's wall clock shows so many seconds more than ours, or less. */
	setClock(by_s) {
		const b = Buffer.alloc(8);
		b.writeBigInt64LE(BigInt(by_s), 0);
		this.#put(b, 24);
	}

	close() {
		closeSync(this.fd);
	}

	#put(bytes, at) {
		writeSync(this.fd, bytes, 0, bytes.length, at);
	}
}

/** A case in words, for a failure's message: addr2line reads the addresses. */
export const told = ({ call, from, error }) => `${call} (${error}) from ${from.map((a) => `0x${a.toString(16)}`).join(' ')}`;
