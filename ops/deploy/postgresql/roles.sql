-- Three roles, none of which shares a password: the owner of the database (backups, restores), the loader, which makes
-- catalogues, and the dashboard, which reads. Safe to run again: passwords are renewed, nothing else changes.
--
-- psql with the variables owner_password, loader_password and dashboard_password; install.sh pipes them in from files.
\set ON_ERROR_STOP on
-- No password in the server's log, not even of a statement that fails.
SET log_statement = 'none';
SET log_min_error_statement = 'panic';
SET log_min_duration_statement = -1;
SET client_min_messages = 'warning';
SET password_encryption = 'scram-sha-256';

SELECT format('CREATE ROLE %I LOGIN', name)
  FROM unnest(ARRAY['musicgroup_owner', 'musicgroup_loader', 'musicgroup_dashboard']) AS name
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

ALTER ROLE musicgroup_owner     NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION CONNECTION LIMIT 5  PASSWORD :'owner_password';
ALTER ROLE musicgroup_loader    NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION CONNECTION LIMIT 10 PASSWORD :'loader_password';
ALTER ROLE musicgroup_dashboard NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION CONNECTION LIMIT 60 PASSWORD :'dashboard_password';

-- What the loader made, the owner may dump and restore.
GRANT musicgroup_loader TO musicgroup_owner;

-- The dashboard reads, and nothing of it lasts long; the application's own limit (5 s) is shorter.
ALTER ROLE musicgroup_dashboard SET default_transaction_read_only = on;
ALTER ROLE musicgroup_dashboard SET statement_timeout = '60s';
ALTER ROLE musicgroup_dashboard SET idle_in_transaction_session_timeout = '60s';
ALTER ROLE musicgroup_dashboard SET lock_timeout = '5s';

-- With an encoding that holds every title, whatever the host's language is.
SELECT 'CREATE DATABASE musicgroup OWNER musicgroup_owner TEMPLATE template0 ENCODING ''UTF8'' LC_COLLATE ''C.UTF-8'' LC_CTYPE ''C.UTF-8'''
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'musicgroup') \gexec

REVOKE ALL ON DATABASE musicgroup FROM PUBLIC;
GRANT CONNECT, CREATE, TEMPORARY ON DATABASE musicgroup TO musicgroup_loader;
GRANT CONNECT ON DATABASE musicgroup TO musicgroup_dashboard;
\connect musicgroup
REVOKE ALL ON SCHEMA public FROM PUBLIC;
