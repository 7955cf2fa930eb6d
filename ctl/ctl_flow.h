/*
 * ctl_flow.h - `ringtrace flow`: check and try documents, show, publish, roll
 * back and compare versions.
 */
#ifndef RT_CTL_FLOW_H
#define RT_CTL_FLOW_H

int ctl_flow(int argc, char *const *argv);

#endif
