/*
 * ctl_company.h - `ringtrace company`: see `ringtrace company --help`.
 */
#ifndef RT_CTL_COMPANY_H
#define RT_CTL_COMPANY_H

/* The exit status: 0 done, 1 refused, 2 wrong usage; said on stderr. */
int ctl_company(int argc, char *const *argv);

#endif
