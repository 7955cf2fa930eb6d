/*
 * ctl_person.h - `ringtrace person`: what is known of a caller, and erasing it.
 */
#ifndef RT_CTL_PERSON_H
#define RT_CTL_PERSON_H

/* Exit status. */
int ctl_person(int argc, char *const *argv);

#endif
