"""What a stage is on a content: its key, and all that has gone into it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from gofigure.model import Config, Stage, Trigger
from gofigure.runner.engine import Engine
from gofigure.runner.environment import base_environment, declared
from gofigure.runner.handed import Handed
from gofigure.runner.key import facts_of, handed_key, in_words, platform, stage_key
from gofigure.runner.locations import missing
from gofigure.runner.outputs import changed_outputs, leaving_out, makers_of, standing
from gofigure.runner.plan import Content, Read, Step
from gofigure.runner.reading import Reading
from gofigure.runner.scripts import scripts_of
from gofigure.runner.tools import Tools
from gofigure.runner.why import unprovable
from gofigure.snapshot.select import Selecting
from gofigure.store.contents import Contents
from gofigure.targets import commands_of

if TYPE_CHECKING:
    from gofigure.git.repository import Repository

_NAMES_SHOWN = 3


class Keying:
    """Gives stages their keys; what is looked up for one is known for the next."""

    def __init__(
        self,
        config: Config,
        contents: Contents,
        environ: Mapping[str, str],
        root: str,
        trigger: Trigger,
        repository: Repository | None,
    ) -> None:
        self._contents = contents
        self._environ = environ
        self._base_env = base_environment(environ)
        self._system = platform()
        self.selecting = Selecting(contents)
        self.tools = Tools(contents, root, self._base_env)
        self.handed = Handed(config, trigger)
        self.reading = Reading(root, repository, contents.load_tree, self.selecting)
        self.engine = Engine(environ)

    @property
    def base_path(self) -> str:
        """The PATH of a stage that has none of its own."""
        return self._base_env["PATH"]

    def environment(self, stage: Stage) -> dict[str, str]:
        """All of a stage's environment."""
        return {**self._base_env, **declared(stage, self._environ)}

    def of(self, stage: Stage, content: Content, steps: Mapping[str, Step]) -> Step:
        """What a stage is on this content; its fate is still to be decided. `steps`: those of what it needs."""
        tree = content.about.tree
        needed = {name: steps[name] for name in stage.needs}
        if (asks := self.reading.asks_git(stage)) and not stage.fix:
            stage = stage._replace(workspace="in-place")  # another checkout has no branch, and nothing staged
        by_git = (name for name, step in needed.items() if step.handed and step.stage.target != "pre-commit")
        commands = commands_of(stage)
        env = declared(stage, self._environ)
        makers = makers_of(stage, (step.makers for step in needed.values()))
        selectors = self.reading.selectors(stage, content.about)
        scripts, besides = scripts_of(stage, commands, tree, selectors, makers, self.selecting)
        selectors = leaving_out(selectors + besides, stage, makers)
        image, path = self.engine.image_of(stage), env.get("PATH", self._base_env["PATH"])
        tools = image.facts if image is not None else self.tools.of(stage, commands, path, scripts)
        reads = tuple(Read(selector, *self.selecting.select(tree, selector)) for selector in selectors)
        if makers and reads[0].files == 0:
            reads = (self._counted(reads[0], stage, tree), *reads[1:])
        shared = b"".join(read.digest for read in reads[1:])
        before = {name: step.asked for name, step in needed.items()}
        asked = facts_of(stage, commands, env, tools, before, self._system, shared)
        upstream = {name: step.key + step.made for name, step in needed.items()}
        facts = asked._replace(upstream=in_words(upstream))
        key = stage_key(facts, reads[0].digest)
        gets_arguments = self.handed.gets(stage)
        step = Step(
            stage,
            key=handed_key(key, self.handed.hook) if gets_arguments else key,
            commands=commands,
            facts=facts,
            reads=reads,
            differs=self._differs(content, reads),
            missing=missing(stage, tree, self.selecting),
            handed=asks or self.handed.hangs_on_it(stage, by_git),
            gets_arguments=gets_arguments,
            makers=makers,
            outputs=standing(makers, tree, self.selecting),
            asked=key if before == upstream else stage_key(asked, reads[0].digest),
            in_the_dark=next((name for name, step in needed.items() if step.feeds and not step.made), ""),
            image=image,
            waits=any(step.waits or step.will_feed for step in needed.values()),
        )
        return step._replace(unprovable=unprovable(step, content))

    def _counted(self, read: Read, stage: Stage, tree: bytes) -> Read:
        """What a stage reads and others make is something to read, too, though its key does not hold it."""
        without = tuple(globs for globs in (stage.ignore, stage.outputs) if globs)
        of_others = read.selector._replace(without=without)
        return read._replace(files=self.selecting.select(tree, of_others).files)

    def _differs(self, content: Content, reads: tuple[Read, ...]) -> tuple[str, ...]:
        """The first files that a stage would read differently from what it is asked about."""
        about, here = content
        same = (self.selecting.select(here.tree, one.selector).digest == one.digest for one in reads)
        if about.tree == here.tree or all(same):
            return ()
        return tuple(self.changed(about.tree, here.tree, reads)) or ("what its links lead to",)

    def made_otherwise(self, old: bytes, new: bytes, step: Step) -> list[str]:
        if not self._contents.has_tree(old):
            return []
        return changed_outputs(step.makers, old, new, self.selecting, _NAMES_SHOWN)

    def changed(self, old: bytes, new: bytes, reads: tuple[Read, ...]) -> list[str]:
        if not self._contents.has_tree(old):
            return []
        words = [self.selecting.changed(old, new, one.selector, _NAMES_SHOWN) for one in reads]
        return [word for some in words for word in some][:_NAMES_SHOWN]
