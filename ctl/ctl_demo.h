/*
 * ctl_demo.h - the demonstration of `make run`: a business phone that answers,
 * and one call the first time.
 */
#ifndef RT_CTL_DEMO_H
#define RT_CTL_DEMO_H

#include "ctl/ctl_layout.h"
#include "ctl/ctl_seed.h"
#include "ctl/ctl_sup.h"

/* Starts the phone under sup; when the seed had no call yet, a visit that came
 * from an advertisement and a call to the number it was shown. Whatever goes
 * wrong is said and stops nothing. Borrows l. Once a process. */
void ctl_demo(struct ctl_sup *sup, const struct ctl_layout *l,
    const struct ctl_seed *seed);

#endif
