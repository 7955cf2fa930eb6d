/*
 * ctl_nginx.h - nginx of `ringtrace run`: nginx/site.conf.in filled in.
 */
#ifndef RT_CTL_NGINX_H
#define RT_CTL_NGINX_H

#include "ctl/ctl_layout.h"
#include "ctl/ctl_sup.h"

struct ctl_nginx {
	char conf[SETTINGS_PATH_MAX + 32];
	char prefix[SETTINGS_PATH_MAX + 32];
	/* Requests a second that one address may make. */
	uint64_t web_rate;
	uint64_t dni_rate;
};

/* Writes <dir>/nginx/nginx.conf. ERR_UNAVAILABLE: nginx is not installed;
 * ERR_SYNTAX: the template has a word we do not know. Failures are said. */
RT_MUST_USE enum err ctl_nginx_prepare(struct ctl_nginx *n,
    const struct ctl_layout *l);
/* What to start; borrows n and l. */
struct ctl_part ctl_nginx_part(const struct ctl_nginx *n,
    const struct ctl_layout *l);

#endif
