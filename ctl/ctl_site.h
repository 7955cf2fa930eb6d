/*
 * ctl_site.h - `ringtrace site`: see `ringtrace site --help`.
 */
#ifndef RT_CTL_SITE_H
#define RT_CTL_SITE_H

/* The exit status: 0 done, 1 refused, 2 wrong usage; said on stderr. */
int ctl_site(int argc, char *const *argv);

#endif
