/*
 * ctl_doctor.h - `ringtrace doctor`: is everything as it should be here?
 *
 * One line a check: "ok", "note" (works, but look at it) or "BAD" with what to
 * do. It changes nothing.
 */
#ifndef RT_CTL_DOCTOR_H
#define RT_CTL_DOCTOR_H

/* The exit status: 0 nothing is bad, 1 something is, 2 wrong usage. */
int ctl_doctor(int argc, char *const *argv);

#endif
