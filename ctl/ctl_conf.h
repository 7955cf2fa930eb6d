/*
 * ctl_conf.h - which settings file the operator's subcommands read.
 *
 * "-c FILE" or "--conf FILE"; else var/ringtrace.conf below the working
 * directory when there is one, else /etc/ringtrace/ringtrace.conf.
 */
#ifndef RT_CTL_CONF_H
#define RT_CTL_CONF_H

#include "lib/base/settings.h"

/* The row of a subcommand's option table; member is a const char *. */
#define CTL_CONF_OPT(type, member)                                       \
	{                                                                \
		"conf", CTL_OPT_TEXT, offsetof(type, member), 0, "FILE", \
		    "settings file (-c FILE)"                            \
	}

/* path NULL: as above. What is wrong is said. */
RT_MUST_USE enum err ctl_conf_load(const char *path, struct settings *out);

#endif
