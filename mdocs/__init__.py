"""The life of an mLegitymacja: orders, the engine that carries them, the wire, and the stand-in server."""
