/*
 * Fuzz target: what an earlier worker left on the disk (sipworker/store_dlgs),
 * through the memory that it is put into and the engine that ends it. The input
 * is the file; it is read twice, as it is and with its check sums put right, so
 * that they are in nobody's way. At the end nothing may be left.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/file.h"
#include "lib/base/log.h"
#include "lib/core/snap_write.h"
#include "sipworker/store/crc32c.h"
#include "sipworker/store_dlgs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CALLS   2
#define WALL_US INT64_C(1795000000000000)
#define RECORD  4096
#define PAGES   (4 * CALLS) /* more than there are rows for is no news */
#define CRC_AT  4           /* behind the magic; over all that follows */

struct rig {
	struct engine *engine;
	struct engine_now now;
	struct engine_dlgs dlgs;
};

static void pump(struct rig *r)
{
	struct engine_action a;

	while (engine_pop(r->engine, &a))
		if (a.what == ENGINE_DIALOG)
			engine_dlgs_put(&r->dlgs, &a.u.dialog);
}

static void end_all(struct rig *r)
{
	struct engine_dialog d;

	while (engine_dlgs_take(&r->dlgs, &d)) {
		(void)!engine_orphan(r->engine, r->now, &d);
		pump(r);
	}
	engine_stop(r->engine, r->now);
	pump(r);
	for (int s = 0; s < 200; s++) {
		r->now.mono_us += RT_SEC_US;
		r->now.wall_us += RT_SEC_US;
		for (int i = 0;
		     i < 1000 && engine_deadline(r->engine) <= r->now.mono_us;
		     i++) {
			engine_tick(r->engine, r->now);
			pump(r);
		}
	}
}

static void check_idle(const struct rig *r, void *memory)
{
	struct engine_dlgs next;
	struct engine_dialog d;
	struct engine_stats s;

	engine_get_stats(r->engine, &s);
	if (s.calls != 0 || s.legs != 0 || s.transactions != 0 ||
	    s.timers != 0 || s.queue_lost != 0)
		abort();
	engine_dlgs_attach(&next, memory, CALLS);
	if (engine_dlgs_take(&next, &d))
		abort();
}

static void live(void *memory)
{
	static const struct engine_cfg cfg = { .sip = { 0x0a000001, 5060 },
		.media_ip = 0x0a000001,
		.rtp_port_min = 20000,
		.rtp_port_max = 20039,
		.max_calls = CALLS,
		.agent = "x",
		.secret = { 1 } };
	static const struct snap_trunk trunk = { .codecs = SNAP_CODEC_PCMU |
							   SNAP_CODEC_PCMA,
		.country = SLICE_INIT("US"),
		.outgoing = true,
		.next_hop_ip = 0x0a000003,
		.next_hop_port = 5080,
		.auth_user = SLICE_INIT("u"),
		.auth_password = SLICE_INIT("p") };
	const struct snap_source src = { .trunks = &trunk, .n_trunks = 1 };
	struct rig r = { .now = { RT_HOUR_US, WALL_US } };
	struct snap snap;
	struct buf b;

	buf_init(&b, 1 << 16);
	if (snap_write(&src, &b) != ERR_OK ||
	    snap_open(buf_slice(&b), &snap) != ERR_OK ||
	    engine_new(&cfg, &r.engine) != ERR_OK)
		abort();
	engine_dlgs_attach(&r.dlgs, memory, CALLS);
	engine_snapshot(r.engine, r.now, &snap, 1);
	pump(&r);
	end_all(&r);
	check_idle(&r, memory);
	engine_free(r.engine);
	buf_fini(&b);
}

static void read_file(struct slice bytes)
{
	const char *const tmp = getenv("TMPDIR");
	char dir[128];
	void *const memory = calloc(1, engine_dlgs_bytes(CALLS));
	struct store_dlgs store;
	int dirfd, fd;

	(void)snprintf(dir, sizeof(dir), "%s/rt-fuzz-dialogs-XXXXXX",
	    tmp == NULL ? "/tmp" : tmp);
	if (memory == NULL || mkdtemp(dir) == NULL ||
	    (dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1 ||
	    (fd = openat(dirfd, STORE_DLGS_NAME, O_WRONLY | O_CREAT | O_CLOEXEC,
		 0600)) == -1 ||
	    file_write_fd(fd, bytes) != ERR_OK)
		abort();
	(void)close(fd);
	store_dlgs_init(&store, memory, CALLS, dirfd, WALL_US);
	if (bytes.n >= RECORD) /* else there is none */
		live(memory);
	store_dlgs_copy(&store, WALL_US, RT_HOUR_US);
	store_dlgs_stop(&store);
	(void)unlinkat(dirfd, STORE_DLGS_NAME, 0);
	(void)unlinkat(dirfd, STORE_DLGS_NAME ".new", 0);
	(void)close(dirfd);
	(void)rmdir(dir);
	free(memory);
}

/* As their writer would have summed them up. */
static void mend(char *bytes, size_t n)
{
	for (size_t at = 0; at + RECORD <= n; at += RECORD) {
		char *const crc = bytes + at + CRC_AT;
		const uint32_t sum = crc32c_more(0, crc + sizeof(sum),
		    RECORD - CRC_AT - sizeof(sum));

		memcpy(crc, &sum, sizeof(sum));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char bytes[PAGES * RECORD];
	const size_t n = size < sizeof(bytes) ? size : sizeof(bytes);

	log_open("fuzz", -1, LOG_ERROR);
	memcpy(bytes, data, n);
	read_file(slice_of(bytes, n));
	if (n < RECORD)
		return 0;
	mend(bytes, n);
	read_file(slice_of(bytes, n));
	return 0;
}
