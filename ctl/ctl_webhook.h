/*
 * ctl_webhook.h - `ringtrace webhook ...`: where a company wants to be told.
 */
#ifndef RT_CTL_WEBHOOK_H
#define RT_CTL_WEBHOOK_H

int ctl_webhook(int argc, char *const *argv);

#endif
