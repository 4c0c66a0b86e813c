"""The story of the help article, walked headless over real HTTP, each step checked."""
