-- A page in use is heard of once a minute, so a lease that ends before was over
-- while its page showed the number. The form takes no less any more either.
UPDATE pool SET lease_s = 90 WHERE lease_s < 90;
