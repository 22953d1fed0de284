-- The number that a check-in had in the desk's in-tray, so that it is taken in once.
ALTER TABLE check_in ADD COLUMN tray_key INTEGER;
CREATE UNIQUE INDEX check_in_by_tray ON check_in (tray_key) WHERE tray_key IS NOT NULL;
