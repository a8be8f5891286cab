"""The rules of each service: async functions on a Context, without Rasa and without HTTP."""
