-- D3, undone [D4].
-- drops: transcript.end_time
-- drops: transcript.duration
-- drops: transcript.seconds_from_start
ALTER TABLE transcript DROP COLUMN end_time;
ALTER TABLE transcript DROP COLUMN duration;
ALTER TABLE transcript DROP COLUMN seconds_from_start;
