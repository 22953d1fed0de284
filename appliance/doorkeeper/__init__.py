"""The doorkeeper: asks the district's directory who somebody is. A process apart, which knows no student.

The server has no network of its own; the doorkeeper has one and nothing else: it reaches one directory, over TLS, and
answers on a Unix socket. It imports nothing of the house that holds records. Two kinds, each its own process:

- `ldap`: Active Directory or OpenLDAP. Runs under the system's own Python with Debian's python3-ldap, because
  python-ldap comes without wheels; so what it imports is the standard library, `ldap`, and this package.
- `oidc`: Entra, Google or any OpenID Connect provider, by code flow with PKCE (authlib).

`asking` is the server's side of the socket, `wire` what goes over it, `rules` the doorkeeper's own configuration.
"""
