"""python -m search access add · list · role · remove"""

import argparse
import getpass
import sys
from pathlib import Path

from search.access.roles import Role
from search.access.users import ROLES, UsersFile
from search.errors import AccessError
from search.settings import Settings


def add_access_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `access` to the subparsers of `python -m search`."""
    access = commands.add_parser("access", help="who may sign in, and what they may do")
    actions = access.add_subparsers(required=True, metavar="ACTION")
    add = actions.add_parser("add", help="a new user; asks for the password")
    add.add_argument("--password-stdin", action="store_true", help="read it as a line of stdin")
    add.set_defaults(run=_add)
    listing = actions.add_parser("list", help="names and roles")
    listing.set_defaults(run=_list)
    role = actions.add_parser("role", help="give a user another role")
    role.set_defaults(run=_role)
    remove = actions.add_parser("remove", help="a user, whose session ends at once")
    remove.set_defaults(run=_remove)
    words = [role.word for role in ROLES]
    for action in (add, role, remove):
        action.add_argument("name", metavar="NAME")
    for action in (add, role):
        action.add_argument("--role", choices=words, required=True)
    for action in (add, listing, role, remove):
        action.add_argument("--file", type=Path, help="the users file (ACCESS_FILE)")


def _add(options: argparse.Namespace) -> None:
    file = _file(options)
    password = _password(options.password_stdin)
    user = file.add(options.name, Role[options.role.upper()], password)
    sys.stdout.write(f"{user.name} may sign in as {user.role.word}.\n")


def _list(options: argparse.Namespace) -> None:
    users = sorted(_file(options).users().values(), key=lambda user: (-user.role, user.name))
    sys.stdout.write("".join(f"{user.role.word:<10} {user.name}\n" for user in users))


def _role(options: argparse.Namespace) -> None:
    _file(options).set_role(options.name, Role[options.role.upper()])
    sys.stdout.write(f"{options.name} is {options.role} from the next sign-in on.\n")


def _remove(options: argparse.Namespace) -> None:
    _file(options).remove(options.name)
    sys.stdout.write(f"{options.name} may no longer sign in.\n")


def _file(options: argparse.Namespace) -> UsersFile:
    path = options.file or Settings.from_environment().access_file
    if not path:
        raise AccessError("Which users file? Say --file PATH or set ACCESS_FILE.")
    return UsersFile(Path(path))


def _password(from_stdin: bool) -> str:
    """Typed twice at a terminal, or a line of stdin; it is never an argument, which others see."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password: ")
    if password != getpass.getpass("Again: "):
        raise AccessError("The two passwords differ. Type the same twice.")
    return password
