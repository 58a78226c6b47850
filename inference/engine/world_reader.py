"""How an expression of the model is read in one world: its variables have that world's values."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence

from pymc.pytensorf import rvs_in_graph
from pytensor.graph.basic import Constant
from pytensor.tensor import TensorVariable

from ..errors import ModelError, QueryError
from ..families.form import family_name
from ..scm.indices import kept_inside, lookups
from ..scm.interventions import Do
from ..symbolic.replace import substituted
from .graph_inputs import Ledger

__all__ = ["WorldReader"]


class WorldReader(Mapping[str, TensorVariable]):
    """The values of all variables in one world, and expressions in terms of them.

    Parameters
    ----------
    ledger : Ledger
        What this world shares with the others.
    do : mapping of str to Intervention
    label : str
        Unique among the worlds of a query.
    """

    def __init__(self, ledger: Ledger, do: Do, label: str) -> None:
        self.ledger, self.do, self.label = ledger, dict(do), label

    def __iter__(self) -> Iterator[str]:
        return iter(self.ledger.equations)

    def __len__(self) -> int:
        return len(self.ledger.equations)

    @abstractmethod
    def read(self, name: str, reader: str) -> TensorVariable:
        """Return the value of `name` as the equation of `reader` reads it in this world.

        Parameters
        ----------
        name : str
        reader : str
        """

    @abstractmethod
    def undisturbed(self, name: str) -> TensorVariable:
        """Return the value that `name` has here if nothing replaces its own mechanism."""

    @abstractmethod
    def is_natural(self, name: str, value: TensorVariable) -> bool:
        """Return whether `value` is what `name` is in the world as it was.

        Parameters
        ----------
        name : str
        value : TensorVariable
        """

    def reached(self, expression: TensorVariable, reader: str) -> bool:
        """Return whether an intervention moves what the equation of `reader` reads here.

        Parameters
        ----------
        expression : TensorVariable
        reader : str
            The variable whose equation reads it.
        """
        names = self.ledger.equations.read_by([expression]).values()
        return any(self.moves(name, reader) for name in names)

    def moves(self, name: str, reader: str) -> bool:
        """Return whether the equation of `reader` reads another value of `name` than naturally.

        Parameters
        ----------
        name : str
        reader : str
            The variable whose equation reads it.
        """
        return not self.is_natural(name, self.read(name, reader))

    def substitute(
        self, expressions: Sequence[TensorVariable], reader: str
    ) -> list[TensorVariable]:
        """Return `expressions`, which the equation of `reader` reads, in this world's values.

        Parameters
        ----------
        expressions : sequence of TensorVariable
            In terms of the equations' symbols.
        reader : str

        Returns
        -------
        list of TensorVariable

        Raises
        ------
        ModelError
            If one of them draws at random.
        """
        expressions = self.in_range(expressions, reader)
        symbols = self.ledger.equations.read_by(expressions)
        values = {symbol: self.read(name, reader) for symbol, name in symbols.items()}
        replaced = substituted(expressions, values)
        anonymous = rvs_in_graph(replaced)
        if anonymous:
            family = family_name(min(anonymous, key=str))
            raise ModelError(
                f"the model has a random variable without a name ({family}) "
                "inside an expression; register it in the model so that its noise can be kept"
            )
        return replaced

    def known(self, expression: TensorVariable | None, reader: str) -> TensorVariable | None:
        """Return the expression in this world; None where its causes are unknown or a circle.

        Parameters
        ----------
        expression : TensorVariable or None
        reader : str
            The variable whose equation reads it.
        """
        if expression is None or isinstance(expression, Constant):
            return expression
        try:
            return self.substitute([expression], reader)[0]
        except (QueryError, ModelError):
            return None

    def in_range(self, expressions: Sequence[TensorVariable], reader: str) -> list[TensorVariable]:
        """Return the expressions with the indices that may go astray kept inside, and noted.

        Parameters
        ----------
        expressions : sequence of TensorVariable
        reader : str
            The variable whose equation reads them.
        """
        equations = self.ledger.equations
        astray = {}
        for look in lookups(expressions, list(equations.symbols)):
            read = equations.ancestors(equations.read_by([look.index]).values())
            moved = read & set(self.do)
            if moved or any(
                equations[n].kind == "random" and self.ledger.origin(n) != "value" for n in read
            ):
                astray[look] = moved
        for look, moved in astray.items():
            who = f"the intervention on {sorted(moved)}" if moved else "a variable of the model"
            message = (
                f"{who} gives an index beyond the length of {look.name!r}; codes run from 0 to "
                "that length less one"
            )
            self.ledger.object(message, self.substitute([look.beyond], reader)[0])
        if not astray:
            return list(expressions)
        return kept_inside(expressions, list(astray), list(equations.symbols))
