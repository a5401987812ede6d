"""A pilot learns to land rockets: a simulation written without a thought of derivatives.

It updates arrays in place under a mask, leaves its loop when the last rocket is down, and asks an
object for the throttle. `value_and_grad` differentiates it by the list of layers that the object
holds. The exit status is non-zero if a rocket comes down hard in the end.
"""

import argparse
import sys
from itertools import pairwise

import numpy as np

from adcompile import value_and_grad

GRAVITY = 1.6  # of the moon
THRUST = 4.0
STEP = 0.25
STEPS = 120
RATE = 0.1
SIZES = (2, 8, 1)


class Pilot:
    """A network that sees height and speed and answers how far to open the throttle."""

    def __init__(self, rng):
        self.layers = [
            (rng.normal(size=(fan_in, fan_out)) / np.sqrt(fan_in), np.zeros(fan_out))
            for fan_in, fan_out in pairwise(SIZES)
        ]

    def throttle(self, height, speed):
        z = np.stack([height / 50.0, speed / 10.0], axis=1)
        for i, (W, b) in enumerate(self.layers):
            z = z @ W + b
            if i < len(self.layers) - 1:
                z = np.tanh(z)
        return 1.0 / (1.0 + np.exp(-z[:, 0]))


def land(pilot, height, speed):
    """Flies rockets until all are down or time is up; returns their fuel as well."""
    height, speed = height.copy(), speed.copy()
    fuel = np.zeros(len(height))
    for _ in range(STEPS):
        flying = height > 0.0
        if not flying.any():
            break
        throttle = pilot.throttle(height[flying], speed[flying])
        speed[flying] += STEP * (THRUST * throttle - GRAVITY)
        height[flying] += STEP * speed[flying]
        fuel[flying] += STEP * throttle
    return height, speed, fuel


@value_and_grad(wrt="pilot.layers")
def loss(pilot, height, speed):
    """Hard landings, rockets that are still up, and fuel cost."""
    height, speed, fuel = land(pilot, height, speed)
    still_up = np.maximum(height, 0.0)
    return np.mean(speed**2 + 20.0 * still_up) + 0.1 * np.mean(fuel)


def train(pilot, height, speed, rounds):
    """Steps of shrinking length down the gradient, which comes back as the layers are."""
    for i in range(rounds):
        _, d_layers = loss(pilot, height, speed)
        steepness = np.sqrt(sum(np.sum(d_W**2) + np.sum(d_b**2) for d_W, d_b in d_layers))
        rate = RATE * 0.99**i / steepness
        pilot.layers = [
            (W - rate * d_W, b - rate * d_b)
            for (W, b), (d_W, d_b) in zip(pilot.layers, d_layers, strict=True)
        ]


def report(when, pilot, height, speed):
    """Prints how the rockets come down; returns how fast the hardest landing is."""
    height, speed, fuel = land(pilot, height, speed)
    hardest = np.max(np.abs(speed))
    up = np.sum(height > 0.0)
    print(f"{when}: hardest landing {hardest:.1f} m/s, {up} still up, fuel {fuel.mean():.1f}")
    return hardest if up == 0 else np.inf


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=200, help="gradient steps (default: 200)")
    options = parser.parse_args()

    rng = np.random.default_rng(0)
    pilot = Pilot(rng)
    height, speed = rng.uniform(20.0, 60.0, 32), rng.uniform(-8.0, 2.0, 32)
    report("before training", pilot, height, speed)
    train(pilot, height, speed, options.rounds)
    report("after training", pilot, height, speed)

    height, speed = rng.uniform(20.0, 60.0, 100), rng.uniform(-8.0, 2.0, 100)
    if report("on other flights", pilot, height, speed) > 5.0:
        sys.exit("expected every rocket to land at 5 m/s or less")


if __name__ == "__main__":
    main()
