DROP TABLE replays;
DROP TABLE votes;
DROP TABLE comments;
DROP TABLE authors;
DROP TABLE threads;
DROP TABLE sites;
