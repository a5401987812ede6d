"""Fourier transforms, with every argument."""

from tests.rules.contract import array, complexes, each, refused, row, table, value

_ONE = ("fft", "ifft")
_CALLS = ("", ", n=4", ", n=8", ", norm='ortho'", ", norm='forward'", ", n=3, norm='forward'")
_ALONG = (", axis=0", ", axis=1", ", 5, 0", ", 2, 1, 'ortho'")
_SEVERAL = (
    "", ", axes=(0, 1)", ", axes=(2, 0)", ", axes=(1,)", ", norm='ortho'",
    ", s=(2, 5), axes=(0, 1)", ", (4, 2), (1, 2), 'forward'", ", s=(-1, 4), axes=(0, 2)",
)  # fmt: skip

ROWS = [
    *(
        r
        for name in ("fft", "ifft", "hfft", "irfft")
        for r in table(f"np.fft.{name}(a{{}})", _CALLS, a=complexes(6))
    ),
    *(
        r
        for name in ("fft", "ifft", "rfft", "ihfft")
        for r in table(f"np.fft.{name}(a{{}})", _CALLS, a=array(6))
    ),
    *(
        r
        for name in ("fft", "rfft", "ihfft")
        for r in table(f"np.fft.{name}(a{{}})", ("", ", n=4", ", n=8", ", n=7"), a=array(5))
    ),
    *(
        r
        for name in ("hfft", "irfft")
        for r in table(
            f"np.fft.{name}(a{{}})", ("", ", n=1", ", n=5", ", n=7", ", n=2"), a=array(4)
        )
    ),
    *(
        r
        for name in ("fft", "irfft", "hfft")
        for r in table(f"np.fft.{name}(a{{}})", _ALONG, a=complexes(3, 4))
    ),
    *(
        r
        for name in ("rfft", "ihfft")
        for r in table(f"np.fft.{name}(a{{}})", _ALONG, a=array(3, 4))
    ),
    *(
        r
        for name in ("fftn", "ifftn", "irfftn")
        for r in table(f"np.fft.{name}(a{{}})", _SEVERAL, a=complexes(3, 2, 4))
    ),
    *(
        r
        for name in ("rfftn", "fftn")
        for r in table(f"np.fft.{name}(a{{}})", _SEVERAL, a=array(3, 2, 4))
    ),
    *table("np.fft.{}(a)", ("fft2", "ifft2", "irfft2"), a=complexes(3, 4)),
    *table("np.fft.{}(a, axes=(1, 0))", ("fft2", "ifft2", "irfft2"), a=complexes(3, 4)),
    *table("np.fft.{}(a)", ("fft2", "irfft2"), a=complexes(2, 3, 4)),
    *table("np.fft.{}(a, s=(4, 2), axes=(-2, -1))", ("fft2", "rfft2"), a=array(3, 4)),
    *table("np.fft.{}(a)", ("rfft2",), a=array(3, 4)),
    *table("np.fft.{}(a)", ("fftshift", "ifftshift"), a=complexes(5)),
    row("np.fft.fftshift(a, axes=1)", a=complexes(2, 3)),
    row("np.fft.irfft(np.fft.rfft(a) * b, len(a))", a=array(5), b=complexes(3)),
    row("np.fft.irfft(np.fft.rfft(a) * np.exp(-np.fft.rfftfreq(len(a))))", a=array(6)),
    row("np.fft.ifft(np.fft.fft(a) * np.fft.fft(b)).real", a=array(4), b=array(4)),
    row("np.fft.ifft(1j * np.fft.fftfreq(len(a)) * np.fft.fft(a))", a=array(4)),
    row("np.fft.irfft(a, n)", a=complexes(4), n=value(6)),
    row("np.fft.fft(a, 1)", a=complexes(1)),
    row("np.fft.rfft(a)", a=array(1)),
    *each(("np.abs(np.fft.rfft(a)) ** 2", "np.log(np.abs(np.fft.fft(a)) + 1.0)"), a=array(5)),
    refused("np.abs(np.fft.fftn(a, axes=(0, 0)))", "along one axis twice", a=complexes(3, 3)),
]
