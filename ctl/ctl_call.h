/*
 * ctl_call.h - `ringtrace call`: the test caller on the command line.
 *
 * One line per event on standard output, `key=value`, for people and scripts:
 *
 *   ready listen=127.0.0.1:5070
 *   ringing call=1 dir=out after_ms=12
 *   answered call=1 dir=out after_ms=1043
 *   ended call=1 dir=out status=200 by=us talk_ms=5003 tx=250 rx=249 lost=0 ...
 *   summary calls=1 answered=1 failed=0 ...
 */
#ifndef RT_CTL_CTL_CALL_H
#define RT_CTL_CTL_CALL_H

/* argv[0] is the subcommand's name. Returns the exit status: 0 when every call
 * was answered (phone: ended as told), 1 when not, 2 for wrong usage. */
int ctl_call(int argc, char *const *argv);

#endif
