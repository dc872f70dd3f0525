"""What the sentence under each field of a dataclass says of it."""

import ast
import inspect
import textwrap
from itertools import pairwise


def descriptions(cls: type) -> dict[str, str]:
    """Field name to sentence. Empty where Python came without its sources."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(cls)))
    except OSError:
        return {}
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
    found = {}
    for field, after in pairwise(body):
        match field, after:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(sentence))),
            ):
                found[name] = " ".join(sentence.split())
    return found


def summary(cls: type) -> str:
    """The first paragraph of a class's own docstring; nothing for the one dataclass makes up."""
    text = inspect.cleandoc(cls.__doc__ or "")
    return "" if text.startswith(f"{cls.__name__}(") else " ".join(text.split("\n\n")[0].split())
