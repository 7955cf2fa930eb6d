/*
 * ctl_attrib.h - `ringtrace attrib fit|rerun`: how long a company's visitors
 * take to call, and its calls again under today's rules.
 */
#ifndef RT_CTL_CTL_ATTRIB_H
#define RT_CTL_CTL_ATTRIB_H

int ctl_attrib(int argc, char *const *argv);

#endif
