-- The log of mails named who called; it does not any more.
UPDATE mail_log SET subject = 'Missed call' WHERE template = 'missed';
UPDATE mail_log SET subject = 'Voice message' WHERE template = 'voicemail';
