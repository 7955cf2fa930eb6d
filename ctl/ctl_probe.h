/*
 * ctl_probe.h - is a port free, is a program ready, is there room on the disk.
 */
#ifndef RT_CTL_PROBE_H
#define RT_CTL_PROBE_H

#include "lib/base/err.h"

enum ctl_probe_kind {
	CTL_PROBE_NONE, /* ready as soon as it runs */
	CTL_PROBE_UNIX, /* a Unix socket that accepts a connection */
	CTL_PROBE_TCP,  /* address:port accepts a connection */
	CTL_PROBE_UDP   /* address:port is bound by somebody */
};

struct ctl_probe {
	enum ctl_probe_kind kind;
	const char *where; /* path, or "127.0.0.1:8080"; borrowed */
};

bool ctl_probe_ready(const struct ctl_probe *p);

/* Can this "address:port" be bound? tcp: else UDP. ERR_CONFLICT: another
 * program has it; ERR_SYNTAX: no IPv4 address and port; ERR_DENIED: the
 * address is not this machine's, or the port is reserved for root. */
RT_MUST_USE enum err ctl_probe_free(const char *where, bool tcp);

/* Free bytes for an ordinary user in the file system of dir. */
RT_MUST_USE enum err ctl_probe_disk(const char *dir, uint64_t *free_bytes);
/* How many files can still be made there; UINT64_MAX where the file system
 * makes room for them as they come. */
RT_MUST_USE enum err ctl_probe_files(const char *dir, uint64_t *free_files);

#endif
