"""What keeps a task without a fault from being published: its licences, its own retirement."""

from collections.abc import Iterator

from schema.licences import OWN_PREFIX, UNKNOWN, forbids, parts, permits
from validators.folder import InstanceFile, TaskFolder


def obstacles(folder: TaskFolder) -> Iterator[str]:
    """Why nothing of the task may be published now; nothing where it may.

    A licence of one's own (`LicenseRef-…`) with the address of its text is allowed: people have
    read it in the review, and it is recorded in the manifest.
    """
    successor = folder.task_file.value("/superseded_by") if folder.task_file else None
    if successor is not None:
        yield (
            f"the task is retired, {successor} takes its place: nothing of it is published any "
            "more; what is published stays until its instances are yanked"
        )
    if not folder.instances:
        yield "the task has no instance"
    for instance in folder.instances:
        yield from _licence_obstacles(instance)


def _licence_obstacles(instance: InstanceFile) -> Iterator[str]:
    stated = instance.value("/license")
    if stated is None:
        yield f"{instance.path}: no licence is stated"
        return
    yield from _of_expression(instance, f"{instance.path}: the licence", stated)
    for source in instance.find("/sources/*/license"):
        name = instance.value(source.pointer.removesuffix("license") + "name")
        whose = f"{instance.path}: the licence of the source {name}"
        yield from _of_expression(instance, whose, source.value)
        for use in forbids(source.value, stated):
            yield f"{whose}, {source.value}, forbids {use}; what is published states {stated}"


def _of_expression(instance: InstanceFile, whose: str, expression: str) -> Iterator[str]:
    if UNKNOWN in parts(expression):
        yield f"{whose} is {UNKNOWN}; what nobody has established cannot be passed on"
    if permits(expression).redistribution is False:
        yield f"{whose}, {expression}, forbids passing on"
    own = [part for part in parts(expression) if part.startswith(OWN_PREFIX)]
    if own and not instance.value("/license_url"):
        yield f"{whose} is {own[0]}, and license_url does not say where its text is"
