#include "ctl/ctl_probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/scan.h"

static enum err parse(const char *where, struct sockaddr_in *out)
{
	struct slice rest = slice_from(where);
	char address[INET_ADDRSTRLEN];
	struct slice part;
	uint16_t port;

	*out = (struct sockaddr_in){ .sin_family = AF_INET };
	if (!slice_cut(&rest, ':', &part) ||
	    !slice_to_cstr(part, address, sizeof(address)) ||
	    inet_pton(AF_INET, address, &out->sin_addr) != 1 ||
	    scan_u16(&rest, &port) != ERR_OK || rest.n != 0)
		return ERR_SYNTAX;
	out->sin_port = htons(port);
	return ERR_OK;
}

static bool connects(int domain, const struct sockaddr *sa, socklen_t n)
{
	const int fd = socket(domain, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool ok;

	if (fd == -1)
		return false;
	ok = connect(fd, sa, n) == 0;
	(void)close(fd); /* nothing was written */
	return ok;
}

static bool unix_ready(const char *path)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };

	if (!slice_to_cstr(slice_from(path), sa.sun_path, sizeof(sa.sun_path)))
		return false;
	return connects(AF_UNIX, (const struct sockaddr *)&sa, sizeof(sa));
}

/* Looks the port up in /proc/net/udp: trying to bind it could be what keeps
 * the program itself from getting it. */
static bool udp_bound(const struct sockaddr_in *sa)
{
	char needle[32];
	char line[256];
	bool found = false;
	FILE *f = fopen("/proc/net/udp", "re");

	if (f == NULL)
		return false;
	(void)snprintf(needle, sizeof(needle), ": %08X:%04X ",
	    (unsigned int)sa->sin_addr.s_addr,
	    (unsigned int)ntohs(sa->sin_port));
	while (!found && fgets(line, sizeof(line), f) != NULL)
		found = strstr(line, needle) != NULL;
	(void)fclose(f); /* read only */
	return found;
}

bool ctl_probe_ready(const struct ctl_probe *p)
{
	struct sockaddr_in sa;

	switch (p->kind) {
	case CTL_PROBE_NONE:
		return true;
	case CTL_PROBE_UNIX:
		return unix_ready(p->where);
	case CTL_PROBE_TCP:
		return parse(p->where, &sa) == ERR_OK &&
		       connects(AF_INET, (const struct sockaddr *)&sa,
			   sizeof(sa));
	case CTL_PROBE_UDP:
		return parse(p->where, &sa) == ERR_OK && udp_bound(&sa);
	}
	return false;
}

enum err ctl_probe_free(const char *where, bool tcp)
{
	const int on = 1;
	struct sockaddr_in sa;
	enum err e = ERR_OK;
	int fd;

	if (parse(where, &sa) != ERR_OK)
		return ERR_SYNTAX;
	fd =
	    socket(AF_INET, (tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0);
	if (fd == -1) {
		log_sys("run: socket");
		return ERR_IO;
	}
	/* Connections in TIME_WAIT do not keep nginx out, so nor us. */
	if (tcp &&
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == -1)
		log_sys("run: SO_REUSEADDR");
	if (bind(fd, (const struct sockaddr *)&sa, sizeof(sa)) == -1 ||
	    (tcp && listen(fd, 1) == -1))
		e = errno == EADDRINUSE ? ERR_CONFLICT : ERR_DENIED;
	(void)close(fd); /* nothing was written */
	return e;
}

static enum err look(const char *dir, struct statvfs *v)
{
	if (statvfs(dir, v) == 0)
		return ERR_OK;
	log_sys("run: statvfs %s", dir);
	return ERR_IO;
}

enum err ctl_probe_disk(const char *dir, uint64_t *free_bytes)
{
	struct statvfs v;

	if (look(dir, &v) != ERR_OK)
		return ERR_IO;
	*free_bytes = (uint64_t)v.f_bavail * v.f_frsize;
	return ERR_OK;
}

enum err ctl_probe_files(const char *dir, uint64_t *free_files)
{
	struct statvfs v;

	if (look(dir, &v) != ERR_OK)
		return ERR_IO;
	/* Btrfs and the like count none. */
	*free_files = v.f_files == 0 ? UINT64_MAX : (uint64_t)v.f_favail;
	return ERR_OK;
}
