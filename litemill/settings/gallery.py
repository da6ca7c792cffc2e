"""What a gallery shows: photos in the style of paintings, but for some of what they hold."""

import msgspec


class Composition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A photo stylized in part; with neither `keep` nor `restyle`, the whole of it.

    Parameters
    ----------
    photo, style
        Pictures: below `data/images` in `params.yaml`.
    keep
        Classes that stay as they are in the photo: all else is painted.
    restyle
        Classes that alone are painted.
    """

    photo: str
    style: str
    keep: tuple[str, ...] = ()
    restyle: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.keep and self.restyle:
            raise ValueError("keep and restyle can not both be given")

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes that are told from the rest."""
        return self.keep or self.restyle
