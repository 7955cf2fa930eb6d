#include "ctl/ctl_room.h"

#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#include "ctl/ctl_probe.h"
#include "lib/base/clk.h"
#include "lib/base/log.h"
#include "lib/base/settings.h"

#define PORT_WAIT_US (3 * RT_SEC_US)
#define PORT_TICK_NS 100000000L
#define MIB          (UINT64_C(1024) * 1024)
#define LOG_BYTES    (CTL_ROOM_LOG_MIB * MIB)
#define DISK_REST    (160 * MIB)
#define DISK_LOW     (200 * MIB)
#define FILES_LOW    2000 /* a call makes three, the database some hundred */

enum err ctl_room_port(const char *where, bool tcp, const char *option)
{
	const struct timespec tick = { 0, PORT_TICK_NS };
	const int64_t deadline = clk_mono_us() + PORT_WAIT_US;
	enum err e;

	/* What a supervisor that was killed left behind is just ending. */
	while ((e = ctl_probe_free(where, tcp)) == ERR_CONFLICT &&
	       clk_mono_us() < deadline)
		(void)nanosleep(&tick, NULL);
	if (e == ERR_CONFLICT)
		log_error(
		    "run: %s (%s) is in use by another program: stop "
		    "that program, or choose another port with --%s",
		    where, tcp ? "TCP" : "UDP", option);
	else if (e == ERR_SYNTAX)
		log_error("run: \"%s\" is not an IPv4 address and a port",
		    where);
	else if (e != ERR_OK)
		log_error(
		    "run: %s cannot be used: it is not an address of "
		    "this machine, or the port is below 1024 and you are "
		    "not root",
		    where);
	return e;
}

static bool has_log(const char *dir)
{
	char path[SETTINGS_PATH_MAX + 32];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/mysql/ib_logfile0", dir);
	return stat(path, &st) == 0 && (uint64_t)st.st_size == LOG_BYTES;
}

/* What a disk says that has bytes left, and still takes nothing more. */
static bool has_files(const char *dir, uint64_t *n)
{
	return ctl_probe_files(dir, n) != ERR_OK || *n >= FILES_LOW;
}

enum err ctl_room_disk(const char *dir)
{
	const uint64_t need = DISK_REST + (has_log(dir) ? 0 : LOG_BYTES);
	uint64_t free_bytes, files;
	enum err e = ctl_probe_disk(dir, &free_bytes);

	if (e != ERR_OK)
		return e;
	if (free_bytes < need)
		log_error(
		    "run: %s has only %llu MB free, and the database alone "
		    "needs %llu: make room, or choose another disk with --dir",
		    dir, (unsigned long long)(free_bytes / MIB),
		    (unsigned long long)(need / MIB));
	else if (!has_files(dir, &files))
		log_error(
		    "run: %s has room for %llu files only (df -i), and %d are "
		    "needed: remove some, or choose another disk with --dir",
		    dir, (unsigned long long)files, FILES_LOW);
	else
		return ERR_OK;
	return ERR_UNAVAILABLE;
}

void ctl_room_watch(const char *dir, bool *was_low)
{
	uint64_t free_bytes, files = 0;
	bool low, few;

	if (ctl_probe_disk(dir, &free_bytes) != ERR_OK)
		return;
	low = free_bytes < DISK_LOW;
	few = !low && !has_files(dir, &files);
	if (low && !*was_low)
		log_warn(
		    "run: only %llu MB are free in %s: make room, or calls "
		    "will go unrecorded",
		    (unsigned long long)(free_bytes / MIB), dir);
	if (few && !*was_low)
		log_warn(
		    "run: only %llu more files fit into %s (df -i): remove "
		    "some, or calls will go unrecorded",
		    (unsigned long long)files, dir);
	*was_low = low || few;
}
