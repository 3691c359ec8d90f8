// SPDX-License-Identifier: MIT
// The activation functions; the numbers are ActivationKind's.
const uint kIdentity = 0, kRelu = 1, kMish = 2, kSilu = 3;

float activate(float x) {
    switch (push.flags >> 16) {
        case kRelu:
            return max(x, 0.0);
        case kMish: {
            // x tanh(ln(1 + e^x)) = x (n^2 + 2n) / (n^2 + 2n + 2) with n = e^x, which is x where n would overflow.
            if (x > 20.0) return x;
            const float n = exp(x), s = n * (n + 2.0);
            return x * (s / (s + 2.0));
        }
        case kSilu:
            return x / (1.0 + exp(-x));
        default:
            return x;
    }
}
