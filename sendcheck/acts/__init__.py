"""What each sentence of a mail does, told by a trained model: ``labels.py`` the acts, ``windows.py`` how sentences are read, ``model.py`` the model."""
